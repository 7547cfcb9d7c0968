"""The startup's page of one clarification: only what was asked can be answered, until it is due."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError, StateError, require
from pglab.documents.routes import document_response, given_file, make_ticket, uploading_page
from pglab.documents.services import find_waiting
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.queries import ClarificationView
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.receipts import signed_file
from pglab.proposals.routes.tasks import submitters
from pglab.web.errors import error_page, kept_fields
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/clarifications/<int:number>", methods=["GET", "POST"])
@signed_in
def respond(reference: str, number: int) -> ResponseReturnValue:
    """What the program managers ask, by when, and the fields that may be answered; once sent, what was received."""
    proposal = queries.get_proposal(reference, viewer=me())
    view = queries.get_clarification(proposal, number)
    if request.method == "POST":
        require(policy.may_submit(me(), proposal), services.ONLY_REPRESENTATIVES_ANSWER)
    form = forms.response_form(view, _received(proposal))
    sound = form.submitted()
    if not form.is_submitted():
        return _page(proposal, view, form)
    here = url_for(".respond", reference=proposal.reference, number=number)
    try:
        services.refuse_late(view.clarification, official_now(), me())
        texts = forms.response_texts(form, view)
        done = sound and not form.problems and _sent(view, form, texts)
    except StateError as error:
        if queries.get_clarification(proposal, number).response is None:
            raise
        see = ("See the answer that was received", here)
        return error_page(409, error.message, title="This was answered already", kept=kept_fields(), see=see)
    if not done:
        return _page(proposal, view, form)
    flash("Your answer was received.", "success")
    return redirect(here, 303)


def _sent(view: ClarificationView, form: Form, texts: dict[UUID, str]) -> bool:
    """Send the answer; what is refused stands beside its field, with everything that was typed."""
    try:
        with transaction():
            given = given_file(form["file"], _purpose(view)) if view.file else None
            services.answer_clarification(view, texts=texts, given=given, actor=me())
    except RuleError as error:
        form.show(error)
        return False
    return True


def _page(proposal: Proposal, view: ClarificationView, form: Form) -> ResponseReturnValue:
    asked, now = view.clarification, official_now()
    may_answer = policy.may_answer(me(), asked, now)
    slot = view.file.item.slot if view.file else None
    sends = may_answer and slot is not None
    page = render_template(
        "proposals/clarifications/respond.html",
        proposal=proposal,
        view=view,
        form=form,
        now=now,
        received=_received(proposal),
        may_answer=may_answer,
        overdue=asked.is_overdue(now),
        submitters=[user.name for user in submitters(proposal)],
        waiting=find_waiting(_purpose(view), actor=me()) if sends else None,
        ticket=make_ticket(services.file_rule(slot), _purpose(view), proposal.organization_id)
        if sends and slot
        else "",
    )
    status = 422 if form.problems else 200
    return uploading_page(page, status) if sends else (page, status)


def _purpose(view: ClarificationView) -> str:
    """What a file for this answer is bound to."""
    if view.file is None or view.file.item.slot is None:
        raise NotFoundError("No file was asked for.")
    return services.clarification_purpose(view.clarification, view.file.item.slot)


def _received(proposal: Proposal) -> dict[str, str]:
    """What stands in the submission, to be answered again."""
    standing = queries.find_standing_submission(proposal)
    return queries.received_answers(standing) if standing else {}


@bp.get("/apply/proposals/<reference>/clarifications/<int:number>/file")
@signed_in
def sent_file(reference: str, number: int) -> Response:
    """The file that was sent in answer, for its own team."""
    proposal = queries.get_proposal(reference, viewer=me())
    return document_response(queries.get_clarified_file(proposal, number), own=True)


@bp.get("/apply/proposals/<reference>/clarifications/<int:number>.json")
@signed_in
def response_receipt(reference: str, number: int) -> Response:
    """The signed answer as a small file that anyone can check offline."""
    proposal = queries.get_proposal(reference, viewer=me())
    made = queries.get_clarification(proposal, number).response
    if made is None:
        raise NotFoundError("This clarification has no answer.")
    name = f"{proposal.reference}-clarification-{number}.json"
    return signed_file(made.statement, made.sha256, made.signature, made.key_id, name)
