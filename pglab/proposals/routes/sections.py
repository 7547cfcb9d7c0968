"""One section of the form: showing it, saving it."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me, session_rest
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Answer, Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.rfps import queries as rfp_queries
from pglab.rfps.forms import as_answer, field_name, posted_questions
from pglab.rfps.models import FormQuestion, FormSection
from pglab.web.filters import clock_words, plural
from pglab.web.forms import Form, show_stored, takes_theirs
from pglab.web.kept_forms import forget_typed, typed_before
from pglab.web.security import asked_by_itself, signed_in


@dataclass
class Sheet:
    """One section of a draft as it lies before a person: what is stored of it, what it asks, what was typed."""

    proposal: Proposal
    sections: list[FormSection]
    part: FormSection
    answers: dict[UUID, Answer]
    shown: list[FormQuestion]
    form: Form
    clashes: list[forms.Clash] = field(default_factory=list)
    unkept: list[FormQuestion] = field(default_factory=list)

    @property
    def asked(self) -> set[UUID]:
        """The questions of the whole form that are asked, given what is stored."""
        return rfp_queries.asked_questions(self.sections, {key: each.text for key, each in self.answers.items()})


def sheet_of(reference: str, slug: str) -> Sheet:
    """The section with this name in the address, and what this request brings for it."""
    proposal = queries.get_proposal(reference, viewer=me())
    sections = rfp_queries.list_form_sections(proposal.rfp_id)
    part = one_section(sections, slug)
    answers = queries.answers_by_question(proposal)
    texts = {key: answer.text for key, answer in answers.items()}
    posted = request.form if request.method == "POST" else typed_before()
    shown = posted_questions(part, posted.get("asked") or None, rfp_queries.asked_questions(sections, texts))
    return Sheet(proposal, sections, part, answers, shown, forms.section_form(part, shown, answers, posted))


def keep(sheet: Sheet) -> bool:
    """Save whatever can be saved; whether all of it fits its questions. What somebody else answered meanwhile stays
    theirs, and stands in `clashes` where both did."""
    form, shown = sheet.form, sheet.shown
    fits = form.submitted()
    given = forms.answers_in(form, shown, request.form)
    seen = forms.seen_in(sheet.part, form.seen.data)
    with transaction():
        clashing = services.save_answers(sheet.proposal, given, actor=me(), seen=seen)
    sheet.answers = queries.answers_by_question(sheet.proposal)
    sheet.clashes = forms.clashes_in(form, shown, sheet.answers, clashing)
    sheet.unkept = [each for each in shown if each.id not in given and not takes_theirs(field_name(each), request.form)]
    form.seen.typed = forms.seen_after(sheet.part, seen, sheet.answers, given)
    return not forms.mark_too_long(form, shown) and fits


def show_theirs(sheet: Sheet) -> None:
    """Where only somebody else answered meanwhile, the page goes on with what they wrote, not with the control as it
    was before. From then on it has seen that answer."""
    disputed = {clash.question.id for clash in sheet.clashes}
    given = forms.answers_in(sheet.form, sheet.shown, request.form)
    theirs = {}
    for each in sheet.shown:
        stored = sheet.answers.get(each.id)
        if stored and each.id in given and each.id not in disputed and stored.text != given[each.id]:
            show_stored(sheet.form[field_name(each)], as_answer(each, stored.text))
            theirs[each.id] = stored.text
    before = forms.seen_in(sheet.part, sheet.form.seen.typed)
    sheet.form.seen.typed = forms.seen_after(sheet.part, before, sheet.answers, theirs)


@bp.route("/apply/proposals/<reference>/sections/<slug>", methods=["GET", "POST"])
@signed_in
def section(reference: str, slug: str) -> ResponseReturnValue:
    """One topic of the form. Whatever can be kept is kept, also when an answer is still too long or does not fit."""
    sheet = sheet_of(reference, slug)
    if request.method == "GET":
        return section_page(sheet)
    fits = keep(sheet)
    show_theirs(sheet)
    if sheet.clashes:
        both = {clash.question.id: clash.theirs.text for clash in sheet.clashes}
        before = forms.seen_in(sheet.part, sheet.form.seen.typed)
        sheet.form.seen.typed = forms.seen_after(sheet.part, before, sheet.answers, both)
        return section_page(sheet), 409
    if not fits:
        return section_page(sheet, kept=True), 422
    more = sum(1 for question in sheet.part.questions if question.id in sheet.asked and question not in sheet.shown)
    return after_saving(sheet.proposal, sheet.part, more)


@bp.post("/apply/proposals/<reference>/sections/<slug>/draft")
@asked_by_itself
def autosave(reference: str, slug: str) -> ResponseReturnValue:
    """Keep what is being typed, for the page itself. The answer says when, and what the page has seen from now on."""
    sheet = sheet_of(reference, slug)
    keep(sheet)
    forget_typed(url_for(".section", reference=reference, slug=slug))
    answer = {
        "saved_at": clock_words(official_now().astimezone(EASTERN)),
        "seen": sheet.form.seen.typed,
        "rest": session_rest(),
        "clashes": [clash.question.label for clash in sheet.clashes],
        "refused": [str(error) for each in sheet.unkept for error in sheet.form[field_name(each)].errors],
    }
    return answer, 409 if sheet.clashes else 200


def section_page(sheet: Sheet, *, kept: bool = False) -> str:
    """The page of one section. Where somebody else saved first, it asks which text shall stand."""
    own = [sheet.answers[each.id] for each in sheet.part.questions if each.id in sheet.answers]
    undisputed = [question for question in sheet.shown if question not in [clash.question for clash in sheet.clashes]]
    for question in sheet.shown:  # a draft may leave any answer out; the page marks only the truly optional ones
        sheet.form[field_name(question)].required = question.required
    return render_template(
        "proposals/section.html",
        proposal=sheet.proposal,
        section=sheet.part,
        questions=undisputed,
        form=sheet.form,
        clashes=sheet.clashes,
        kept=kept,
        may_edit=policy.may_edit(me(), sheet.proposal),
        names=[field_name(question) for question in undisputed],
        back=came_from(),
        last_edit=queries.last_edit(own),
        now=official_now(),
    )


def came_from() -> str:
    """`check` when the person came from the check page and returns there."""
    return "check" if request.values.get("return") == "check" else ""


def after_saving(proposal: Proposal, part: FormSection, more: int) -> ResponseReturnValue:
    """Back to where the person came from, otherwise to finishing the section or to the task list, as they chose; or to
    the same page, when an answer brought up more questions there."""
    if more:
        flash(
            f"Saved. Your answers bring up {plural(more, 'more question', 'more questions')} on this page.", "success"
        )
        here = url_for(".section", reference=proposal.reference, slug=part.slug)
        return redirect(f"{here}?return=check" if came_from() else here, 303)
    flash("Saved.", "success")
    if came_from() or request.form.get("then") == "tasks":
        return redirect(url_for(".check" if came_from() else ".tasks", reference=proposal.reference), 303)
    return redirect(url_for(".section_check", reference=proposal.reference, slug=part.slug), 303)


def one_section(sections: list[FormSection], slug: str) -> FormSection:
    """The section of the form with this name in the address."""
    for part in sections:
        if part.slug == slug:
            return part
    raise NotFoundError("This proposal has no such section.")
