"""Asking a teammate: to review a section, to submit."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import User
from pglab.accounts.queries import list_members
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.sections import one_section
from pglab.proposals.routes.tasks import submitters
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import FormSection
from pglab.web.filters import listed
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/sections/<slug>/review", methods=["GET", "POST"])
@signed_in
def ask_review(reference: str, slug: str) -> ResponseReturnValue:
    """Ask one teammate to review a section."""
    proposal = queries.get_proposal(reference, viewer=me())
    part = one_section(rfp_queries.list_form_sections(proposal.rfp_id), slug)
    others = [each.user for each in list_members(proposal.organization) if each.user_id != me().id]
    form = forms.ask_form(others)
    if form.submitted():
        chosen = next(each for each in others if str(each.id) == form.of.data)
        try:
            with transaction():
                services.ask_review(proposal, part, of=chosen, note=form.note.data or "", actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"We asked {chosen.name} to review “{part.title}”.", "success")
            return redirect(url_for(".tasks", reference=proposal.reference), 303)
    return asking_page(proposal, form, others, section=part)


@bp.route("/apply/proposals/<reference>/submission/request", methods=["GET", "POST"])
@signed_in
def ask_submit(reference: str) -> ResponseReturnValue:
    """Ask the authorized representatives to submit."""
    proposal = queries.get_proposal(reference, viewer=me())
    able = submitters(proposal)
    form = forms.AskSubmitForm()
    if form.submitted():
        try:
            with transaction():
                made = services.ask_to_submit(proposal, note=form.note.data or "", actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"We asked {listed([each.asked_of.name for each in made], 'or')} to submit.", "success")
            return redirect(url_for(".tasks", reference=proposal.reference), 303)
    return asking_page(proposal, form, able)


def asking_page(
    proposal: Proposal, form: Form, people: list[User], section: FormSection | None = None
) -> ResponseReturnValue:
    """The page on which somebody asks; without a section it is about submitting."""
    now = official_now()
    page = render_template(
        "proposals/draft/ask.html",
        proposal=proposal,
        form=form,
        section=section,
        people=[each.name for each in people],
        now=now,
        open=proposal.rfp.phase(now).accepts_proposals,
        may_edit=policy.may_edit(me(), proposal),
        may_submit=policy.may_submit(me(), proposal),
    )
    return page, 422 if form.problems else 200


@bp.post("/apply/proposals/<reference>/requests/<uuid:request_id>/answer")
@signed_in
def answer_request(reference: str, request_id: UUID) -> ResponseReturnValue:
    """What somebody asked is done, or not needed any more."""
    proposal = queries.get_proposal(reference, viewer=me())
    request = queries.get_request(proposal, request_id)
    with transaction():
        services.answer_request(request, actor=me())
    own = request.asked_by_id == me().id
    flash("You took your request back." if own else f"Done. {request.asked_by.name} sees it here.", "success")
    return redirect(url_for(".tasks", reference=proposal.reference), 303)
