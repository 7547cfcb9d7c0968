"""Program pages: sealed until two people open; afterwards the list of proposals and each record."""

from datetime import datetime

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.adapters.signing import sign
from pglab.audit.services import log_access
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError, StateError
from pglab.documents.routes import document_response
from pglab.proposals import policy, queries, services
from pglab.proposals.models import Opening
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.receipts import signed_file
from pglab.proposals.services.manifest import instant
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.routes.public import viewer
from pglab.web.forms import Form
from pglab.web.security import public, requires


@bp.get("/manage/cohorts/<int:cohort>/proposals")
@requires(*policy.READERS)
def opened_list(cohort: int) -> ResponseReturnValue:
    """Before the opening: that everything is sealed, nothing else. After it: every proposal that was received."""
    rfp = rfp_queries.get_rfp(cohort, viewer=me())
    return render_template(
        "proposals/opened_list.html",
        rfp=rfp,
        now=official_now(),
        submissions=queries.list_standing_submissions(rfp, viewer=me()),
        opening=queries.find_opening(rfp),
    )


@bp.route("/manage/cohorts/<int:cohort>/opening", methods=["GET", "POST"])
@requires(*policy.OPENERS, fresh=True)
def opening(cohort: int) -> ResponseReturnValue:
    """The opening: the first person asks, a second one opens. Both after the deadline."""
    rfp = rfp_queries.get_rfp(cohort, viewer=me())
    asked = queries.find_opening(rfp)
    stale = asked is not None and asked.opened_at is None and asked.closes_at != rfp.closes_at
    form = Form()
    if form.submitted():
        try:
            with transaction():
                if stale or asked is None:
                    services.ask_opening(rfp, actor=me())
                else:
                    services.confirm_opening(rfp, actor=me())
        except (RuleError, StateError) as error:
            form.form_errors.append(error.message)
        else:
            first = stale or asked is None
            flash("The second person was told." if first else "The proposals are open.", "success")
            return redirect(url_for(".opening" if first else ".opened_list", cohort=cohort), 303)
    page = render_template(
        "proposals/opening.html",
        rfp=rfp,
        opening=asked,
        form=form,
        now=official_now(),
        stale=stale,
        may_confirm=asked is not None and policy.may_confirm_opening(me(), asked),
        sealed=rfp_queries.count_sealed(rfp, viewer=me(), setting=current_app.config["SETTINGS"].sealed_counts),
        checks=queries.check_opening(rfp, asked, now=official_now()) if rfp.opened_at is None else [],
    )
    return page, 409 if form.problems else 200


@bp.post("/manage/cohorts/<int:cohort>/opening/withdrawal")
@requires(*policy.OPENERS, fresh=True)
def opening_withdrawal(cohort: int) -> ResponseReturnValue:
    """The opening that was asked for is taken back; somebody asks again when it is time."""
    rfp = rfp_queries.get_rfp(cohort, viewer=me())
    with transaction():
        services.take_back_opening(rfp, actor=me())
    flash("The opening is no longer asked for.", "success")
    return redirect(url_for(".opening", cohort=cohort), 303)


@bp.get("/cohorts/<int:cohort>/opening")
@public
def opened_set(cohort: int) -> ResponseReturnValue:
    """The fingerprint of the set that was opened, and of each proposal in it, for everyone."""
    rfp, found, _, leaves = _opened(cohort)
    return render_template("proposals/opened_set.html", rfp=rfp, opening=found, leaves=leaves)


@bp.get("/cohorts/<int:cohort>/opening.json")
@public
def opened_set_file(cohort: int) -> ResponseReturnValue:
    """The same, signed, to check a receipt against offline."""
    rfp, found, opened_at, leaves = _opened(cohort)
    statement = canonical_json(
        {
            "type": "pglab-opening",
            "format": 1,
            "reference": rfp.reference,
            "received_at": instant(opened_at),
            "closes_at": instant(found.closes_at),
            "root": found.merkle_root,
            "leaves": leaves,
        }
    )
    signed = sign(statement)
    return signed_file(
        statement.decode(), sha256_hex(statement), signed.value, signed.key_id, f"{rfp.reference}-opening.json"
    )


def _opened(cohort: int) -> tuple[Rfp, Opening, datetime, list[str]]:
    rfp = rfp_queries.get_rfp(cohort, viewer=viewer())
    found = queries.find_opening(rfp)
    if found is None or found.opened_at is None:
        raise NotFoundError("The proposals of this cohort have not been opened.")
    return rfp, found, found.opened_at, queries.list_opened_leaves(rfp)


@bp.get("/manage/proposals/<reference>")
@requires(*policy.READERS)
def record(reference: str) -> ResponseReturnValue:
    """One opened proposal as it was received. Reading it is noted in the access log."""
    view = queries.read_submission(queries.get_opened_submission(reference, viewer=me()))
    with transaction():
        log_access(view.submission.proposal, viewer=me(), purpose="record page")
    proposal = view.submission.proposal
    return render_template(
        "proposals/record.html",
        view=view,
        proposal=proposal,
        now=official_now(),
        clarifications=queries.list_clarifications(proposal),
        withheld=[file for file in view.files if queries.is_withheld(file.document)],
        may_ask=policy.may_clarify(me(), proposal),
        file_url=lambda slug: url_for(".record_file", reference=proposal.reference, slug=slug),
        pages_url=lambda slug: url_for(".record_pages", reference=proposal.reference, slug=slug),
        redacted_url=lambda slug: url_for(".record_redacted", reference=proposal.reference, slug=slug),
    )


@bp.get("/manage/proposals/<reference>/documents/<slug>/redacted-copy")
@requires(*policy.READERS)
def record_redacted(reference: str, slug: str) -> ResponseReturnValue:
    """The redacted copy of a file, for whoever answers a request for the proposal. It is noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    file = document_response(queries.get_submitted_redacted(submission, slug))
    with transaction():
        log_access(submission.proposal, viewer=me(), purpose=f"redacted copy {slug}")
    return file


@bp.get("/manage/proposals/<reference>/documents/<slug>")
@requires(*policy.READERS)
def record_file(reference: str, slug: str) -> ResponseReturnValue:
    """A file of an opened proposal, for program staff and auditors. Reading it is noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    file = document_response(queries.get_submitted_file(submission, slug))
    with transaction():
        log_access(submission.proposal, viewer=me(), purpose=f"file {slug}")
    return file
