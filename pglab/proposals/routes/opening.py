"""Program pages: sealed until two people open; afterwards the list of proposals and each record."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.documents.routes import document_response
from pglab.proposals import policy, queries, services
from pglab.proposals.routes.blueprint import bp
from pglab.rfps import queries as rfp_queries
from pglab.web.forms import Form
from pglab.web.security import requires


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
    form = Form()
    if form.submitted():
        try:
            with transaction():
                if asked is None:
                    services.ask_opening(rfp, actor=me())
                else:
                    services.confirm_opening(rfp, actor=me())
        except (RuleError, StateError) as error:
            form.form_errors.append(error.message)
        else:
            flash("The second person was told." if asked is None else "The proposals are open.", "success")
            return redirect(url_for(".opened_list" if asked else ".opening", cohort=cohort), 303)
    page = render_template(
        "proposals/opening.html",
        rfp=rfp,
        opening=asked,
        form=form,
        now=official_now(),
        may_confirm=asked is not None and policy.may_confirm_opening(me(), asked),
    )
    return page, 409 if form.problems else 200


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
        file_url=lambda slug: url_for(".record_file", reference=proposal.reference, slug=slug),
    )


@bp.get("/manage/proposals/<reference>/documents/<slug>")
@requires(*policy.READERS)
def record_file(reference: str, slug: str) -> ResponseReturnValue:
    """A file of an opened proposal, for program staff and auditors. Reading it is noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    file = document_response(queries.get_submitted_file(submission, slug))
    with transaction():
        log_access(submission.proposal, viewer=me(), purpose=f"file {slug}")
    return file
