"""A published call for programs: its dates as a calendar file, its facts as JSON."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, jsonify
from flask.typing import ResponseReturnValue

from pglab.adapters.pdf import kept_pdf
from pglab.core.clock import EASTERN
from pglab.core.errors import NotFoundError
from pglab.rfps import queries
from pglab.rfps.models import RfpVersion
from pglab.rfps.queries import Call
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.public import viewer
from pglab.rfps.routes.words import PHASE_WORDS, phase_changes
from pglab.web.kept_pages import keep_until
from pglab.web.security import public_page


def published(cohort: int) -> tuple[Call, RfpVersion]:
    """A call with the version that was frozen last; a draft has no files, for nobody."""
    call = queries.get_call(cohort, viewer=viewer())
    if call.version is None:
        raise NotFoundError("This call is not published yet.")
    return call, call.version


def base_url() -> str:
    """Where this site is, for files that are read elsewhere."""
    return str(current_app.config["SETTINGS"].base_url)


@bp.get("/cohorts/<int:cohort>.ics")
@public_page
def cohort_calendar(cohort: int) -> ResponseReturnValue:
    """Every date of the call, for calendars; one that subscribes to this address follows each change."""
    call, version = published(cohort)
    keep_until(call.now, [])
    return calendar_answer(queries.write_dates(call.rfp, version, base_url=base_url()), f"pgh-lab-cohort-{cohort}")


def calendar_answer(written: bytes, name: str) -> Response:
    """A calendar file under a name to save it by."""
    answer = Response(written, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return answer


@bp.get("/cohorts/<int:cohort>/rfp.pdf")
@public_page
def notice_pdf(cohort: int) -> ResponseReturnValue:
    """The official notice as a tagged file, of the version that its page shows."""
    call, version = published(cohort)
    amendments = queries.list_amendments(call.rfp) if version.number > 1 else []
    told = queries.paper_of(call.rfp, version, call.content, amendments)
    return paper_answer(call, told, f"{call.rfp.reference}-version-{version.number}")


@bp.get("/cohorts/<int:cohort>/proposal-questions.pdf")
@public_page
def questions_pdf(cohort: int) -> ResponseReturnValue:
    """All questions with their limits and help as a tagged file, to print and to write on."""
    call, version = published(cohort)
    told = queries.form_paper_of(call.rfp, version, call.content)
    return paper_answer(call, told, f"{call.rfp.reference}-questions-version-{version.number}")


def paper_answer(call: Call, told: dict[str, Any], name: str) -> Response:
    """A tagged file under a name to save it by; it stays until the next version."""
    keep_until(call.now, [])
    made = kept_pdf("pdf/rfp.typ", told, folder=current_app.config["SETTINGS"].state_dir)
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


@bp.get("/cohorts/<int:cohort>.json")
@public_page
def cohort_facts(cohort: int) -> ResponseReturnValue:
    """The frozen words of the call, and where it stands (docs/how-to/read-a-call-by-program.md)."""
    call, version = published(cohort)
    keep_until(call.now, phase_changes(call.rfp))
    return jsonify(facts(call, version))


def facts(call: Call, version: RfpVersion) -> dict[str, Any]:
    """The public facts; `content` is what the hash is of, in canonical JSON (RFC 8785)."""
    rfp, number = call.rfp, call.rfp.cohort.number
    later = [at for at in sorted(phase_changes(rfp)) if at > call.now and rfp.phase(at) is not call.phase]
    page = f"{base_url()}/cohorts/{number}"
    return {
        "cohort": number,
        "reference": rfp.reference,
        "is_sample": rfp.cohort.is_sample,
        "as_of": written_time(call.now),
        "phase": call.phase.value,
        "phase_in_words": PHASE_WORDS[call.phase][0],
        "phase_until": written_time(later[0]) if later else None,
        "accepts_proposals": call.phase.accepts_proposals,
        "time_zone": EASTERN.key,
        "version": {"number": version.number, "made_at": written_time(version.made_at), "sha256": version.sha256},
        "links": {
            "page": page,
            "official_notice": f"{page}/rfp",
            "official_notice_pdf": f"{page}/rfp.pdf",
            "questions_pdf": f"{page}/proposal-questions.pdf",
            "calendar": f"{page}.ics",
        },
        "content": call.content,
    }


def written_time(at: datetime) -> str:
    """An instant in UTC, to the microsecond: what decides is never rounded."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
