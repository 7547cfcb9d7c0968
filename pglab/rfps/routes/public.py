"""What everyone may read: home, cohorts, the official notice, how we decide."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts.models import User
from pglab.accounts.session import me
from pglab.cohorts.queries import find_history
from pglab.core.errors import NotFoundError
from pglab.rfps import queries
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.words import PHASE_WORDS, changes, frozen_dates, key_dates, pilot_months
from pglab.rfps.states import RfpStatus
from pglab.subscriptions.queries import find_news
from pglab.web.kept_pages import keep_until
from pglab.web.security import public_page


def viewer() -> User | None:
    """The person at the screen, or nobody."""
    return me() if current_user.is_authenticated else None


@bp.get("/")
@public_page
def home() -> ResponseReturnValue:
    """Whether to apply now, in ten seconds: the call that closes first among those open, else when the next one is."""
    now, next_publication = queries.publication_clock()
    published = [rfp for rfp in queries.list_rfps(None) if rfp.status is RfpStatus.PUBLISHED]
    taking = [rfp for rfp in published if rfp.phase(now).accepts_proposals]
    keep_until(now, [next_publication, *(at for rfp in published for at in changes(rfp, now))])
    first = min(taking, key=lambda rfp: rfp.closes_at, default=None)
    return render_template(
        "rfps/home.html",
        open_call=first,
        content=queries.get_call(first.cohort.number, viewer=None).content if first else {},
        rows=[row(rfp, now) for rfp in published[:3]],
        history=find_history(),
        now=now,
    )


@bp.get("/cohorts")
@public_page
def cohorts() -> ResponseReturnValue:
    """All cohorts: those that take proposals first, then the newest, with their phase in words; last those before
    this site."""
    now, next_publication = queries.publication_clock()
    rfps = queries.list_rfps(viewer())
    keep_until(now, [next_publication, *(at for rfp in rfps for at in changes(rfp, now))])
    open_first = sorted(rfps, key=lambda rfp: not rfp.phase(now).accepts_proposals)
    return render_template("rfps/cohorts.html", rows=[row(rfp, now) for rfp in open_first], history=find_history())


def row(rfp: Rfp, now: datetime) -> tuple[Rfp, tuple[str, str], str]:
    """A cohort in a list: its RFP, its phase in words, when its pilots run."""
    return rfp, PHASE_WORDS[rfp.phase(now)], pilot_months(rfp.cohort.pilot_start_on, rfp.cohort.pilot_end_on)


@bp.get("/cohorts/<int:cohort>")
@public_page
def cohort_page(cohort: int) -> ResponseReturnValue:
    """Everything about one cohort, its present state first; of one before this site, what its sources tell."""
    try:
        call = queries.get_call(cohort, viewer=viewer())
    except NotFoundError:
        history = find_history()
        past = history.find_round(cohort) if history else None
        if history is None or past is None:
            raise
        return render_template("rfps/past_cohort.html", history=history, past=past, cohort=past.row)
    parts, news = context(call), find_news(call.rfp.cohort, call.now)
    hours = queries.list_gatherings(call.rfp)
    turns = [at for each in hours for at in (each.starts_at, each.ends_at)]
    keep_until(call.now, [*changes(call.rfp, call.now), *news.changes, *turns])
    return render_template("rfps/cohort.html", news=news.items, gatherings=hours, **parts)


@bp.get("/cohorts/<int:cohort>/rfp")
@public_page
def notice(cohort: int) -> ResponseReturnValue:
    """The official notice in numbered, linkable sections, with its version and content hash, as amended."""
    call = queries.get_call(cohort, viewer=viewer())
    return show_notice(call, newest=call.version.number if call.version else 0)


@bp.get("/cohorts/<int:cohort>/rfp/versions/<int:number>")
@public_page
def notice_version(cohort: int, number: int) -> ResponseReturnValue:
    """The notice as one version froze it; a version that is no longer in force says so and names the one that is."""
    call = queries.get_call(cohort, viewer=viewer())
    version = queries.get_version(call.rfp, number)
    frozen = replace(call, version=version, content=queries.content_of(version))
    return show_notice(frozen, newest=call.version.number if call.version else number)


def show_notice(call: Call, *, newest: int) -> str:
    """The notice of one version; its dates are those it froze."""
    number = call.version.number if call.version else 0
    shown = dict(context(call))
    if number < newest:
        shown["dates"] = frozen_dates(call.content)
    amendments = queries.list_amendments(call.rfp, up_to=number) if number > 1 else []
    shown["amended_by"] = queries.amended_by(call.version) if call.version else ""
    return render_template("rfps/notice.html", newest=newest, amendments=amendments, **shown)


@bp.get("/cohorts/<int:cohort>/how-we-decide")
@public_page
def how_we_decide(cohort: int) -> ResponseReturnValue:
    """Stages, rubric, conflicts, ties: scoring made transparent."""
    return show("rfps/how_we_decide.html", cohort)


@bp.get("/cohorts/<int:cohort>/proposal-questions")
@public_page
def proposal_questions(cohort: int) -> ResponseReturnValue:
    """Every question before starting."""
    return show("rfps/proposal_questions.html", cohort)


@bp.get("/cohorts/<int:cohort>/challenges/<slug>")
@public_page
def challenge(cohort: int, slug: str) -> ResponseReturnValue:
    """One challenge: the problem, not the solution."""
    call = queries.get_call(cohort, viewer=viewer())
    area = next((area for area in call.content["areas"] if area["slug"] == slug), None)
    if area is None:
        raise NotFoundError("This cohort has no such challenge.")
    related = queries.list_related(call.rfp, slug)
    return render_template("rfps/challenge.html", area=area, related=related, **context(call))


def show(template: str, cohort: int) -> str:
    """One page of a call, for whoever may see it."""
    return render_template(template, **context(queries.get_call(cohort, viewer=viewer())))


def context(call: Call) -> Mapping[str, Any]:
    """What the pages of a call show; the preview shows the same."""
    keep_until(call.now, changes(call.rfp, call.now))
    return {
        "call": call,
        "rfp": call.rfp,
        "cohort": call.rfp.cohort,
        "content": call.content,
        "phase": call.phase.value,
        "status": PHASE_WORDS[call.phase],
        "open": call.phase.accepts_proposals,
        "dates": key_dates(call.rfp, call.now),
        "months": pilot_months(call.rfp.cohort.pilot_start_on, call.rfp.cohort.pilot_end_on),
    }
