"""Finishing a section: its answers once more, and whether it is completed. Also the address of a single question."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.sections import one_section
from pglab.rfps import queries as rfp_queries
from pglab.rfps.forms import focus_name
from pglab.rfps.models import FormSection
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.get("/apply/proposals/<reference>/sections/<slug>/<int:question>")
@signed_in
def question(reference: str, slug: str, question: int) -> ResponseReturnValue:
    """One question of a section, on the section's page."""
    proposal = queries.get_proposal(reference, viewer=me())
    part = one_section(rfp_queries.list_form_sections(proposal.rfp_id), slug)
    asked = next((each for each in part.questions if each.position == question), None)
    if asked is None:
        raise NotFoundError("This section has no such question.")
    return redirect(url_for(".section", reference=proposal.reference, slug=slug, _anchor=focus_name(asked)))


@bp.route("/apply/proposals/<reference>/sections/<slug>/check", methods=["GET", "POST"])
@signed_in
def section_check(reference: str, slug: str) -> ResponseReturnValue:
    """The answers of one section as they are kept, what is still to fix in them, and whether it is completed."""
    proposal = queries.get_proposal(reference, viewer=me())
    part = one_section(rfp_queries.list_form_sections(proposal.rfp_id), slug)
    form = forms.SectionCheckForm()
    if form.submitted():
        try:
            with transaction():
                services.check_section(proposal, part, done=bool(form.done.data), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(after_checking(proposal, done=bool(form.done.data)), "success")
            return redirect(url_for(".tasks", reference=proposal.reference), 303)
    return check_page(proposal, part, form), 422 if form.problems else 200


def check_page(proposal: Proposal, part: FormSection, form: Form) -> str:
    """The page on which somebody finishes a section."""
    draft, now = queries.get_draft(proposal), official_now()
    questions = [each for each in part.questions if each.id in draft.asked]
    return render_template(
        "proposals/draft/check_section.html",
        proposal=proposal,
        section=part,
        form=form,
        questions=[(each, draft.answers.get(each.id), focus_name(each)) for each in questions],
        problems=[
            (problem.message, focus_name(problem.question) if problem.question else "")
            for problem in queries.section_problems(part, draft.texts, draft.asked)
        ],
        checked=queries.list_checks(proposal).get(part.id),
        now=now,
        open=proposal.rfp.phase(now).accepts_proposals,
        may_edit=policy.may_edit(me(), proposal),
    )


def after_checking(proposal: Proposal, *, done: bool) -> str:
    """What the task list says next: how many sections are left."""
    if not done:
        return "Saved. You can come back to this section at any time."
    draft = queries.get_draft(proposal)
    states = queries.section_states(draft, queries.list_checks(proposal), sent=proposal.received_number > 0)
    left = sum(1 for state in states if not state.completed)
    return f"Section completed. {left} left." if left else "Section completed. All sections are completed."
