"""The program's pages about clarifications: ask, see what came of it, give more time, take it back."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.documents.routes import document_response
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Submission
from pglab.proposals.routes.blueprint import bp
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import FormQuestion, FormSection
from pglab.web.forms import Form
from pglab.web.security import requires


@bp.route("/manage/proposals/<reference>/clarifications/new", methods=["GET", "POST"])
@requires(*policy.CLARIFIERS)
def ask(reference: str) -> ResponseReturnValue:
    """Ask the startup: what to know, which questions and which document it may answer again, until when."""
    submission = queries.get_opened_submission(reference, viewer=me())
    proposal = submission.proposal
    sections, slots = rfp_queries.list_form_sections(proposal.rfp_id), rfp_queries.list_slots(proposal.rfp_id)
    form = forms.clarification_form(sections, slots, request.args.get("document"))
    if form.submitted():
        try:
            with transaction():
                asked = services.ask_clarification(
                    proposal,
                    text=form["text"].data,
                    questions=[each for section in sections for each in chosen(section, form)],
                    slot=next((slot for slot in slots if slot.slug == form["document"].data), None),
                    due_at=form["due_at"].data,
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            flash("The startup’s team was told.", "success")
            return redirect(url_for(".clarification", reference=proposal.reference, number=asked.number), 303)
    page = render_template(
        "proposals/clarifications/ask.html",
        proposal=proposal,
        form=form,
        may_ask=policy.may_clarify(me(), proposal),
    )
    return page, 422 if form.problems else 200


def chosen(section: FormSection, form: Form) -> list[FormQuestion]:
    """The questions of one section that were ticked."""
    return [question for question in section.questions if str(question.id) in form["questions"].data]


@bp.route("/manage/proposals/<reference>/clarifications/<int:number>", methods=["GET", "POST"])
@requires(*policy.READERS)
def clarification(reference: str, number: int) -> ResponseReturnValue:
    """What was asked, and the answer beside what was received. A program manager gives more time here. Reading it is
    noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    view = queries.get_clarification(submission.proposal, number)
    form = forms.MoreTimeForm(data={"due_at": view.clarification.due_at})
    if form.submitted():
        try:
            with transaction():
                services.give_more_time(view.clarification, due_at=form.due_at.data, actor=me())  # type: ignore[arg-type]  # required
        except RuleError as error:
            form.show(error)
        else:
            flash("The startup’s team was told of the new due time.", "success")
            return redirect(url_for(".clarification", reference=reference, number=number), 303)
    return _page(submission, view, form)


def _page(submission: Submission, view: queries.ClarificationView, form: Form) -> ResponseReturnValue:
    proposal, asked = submission.proposal, view.clarification
    with transaction():
        log_access(proposal, viewer=me(), purpose=f"clarification {asked.number}")
    page = render_template(
        "proposals/clarifications/asked.html",
        proposal=proposal,
        view=view,
        received=queries.received_answers(submission),
        overdue=asked.is_overdue(official_now()),
        may_change=asked.is_open and policy.may_clarify(me(), proposal),
        form=form,
    )
    return page, 422 if form.problems else 200


@bp.post("/manage/proposals/<reference>/clarifications/<int:number>/withdrawal")
@requires(*policy.CLARIFIERS)
def clarification_withdrawal(reference: str, number: int) -> ResponseReturnValue:
    """The answer is no longer needed."""
    proposal = queries.get_opened_submission(reference, viewer=me()).proposal
    view = queries.get_clarification(proposal, number)
    with transaction():
        services.take_back_clarification(view.clarification, actor=me())
    flash("Taken back. The startup’s team was told.", "success")
    return redirect(url_for(".clarification", reference=reference, number=number), 303)


@bp.get("/manage/proposals/<reference>/clarifications/<int:number>/file")
@requires(*policy.READERS)
def clarified_file(reference: str, number: int) -> Response:
    """The file that was sent in answer. Reading it is noted in the access log."""
    proposal = queries.get_opened_submission(reference, viewer=me()).proposal
    file = document_response(queries.get_clarified_file(proposal, number))
    with transaction():
        log_access(proposal, viewer=me(), purpose=f"file of clarification {number}")
    return file
