"""The call as startups will see it, before it is published; nothing that is typed there is sent or kept.

The answers on which other questions depend travel in the address (`given=6.1.2`: section, question, which answer), so
that every branch of the form can be walked.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.errors import NotFoundError
from pglab.rfps import forms, queries
from pglab.rfps.models import FormQuestion, FormSection, Rfp
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.manage import READERS
from pglab.rfps.routes.public import context
from pglab.rfps.routes.tasks import Task, TaskGroup
from pglab.web.forms import Form
from pglab.web.security import requires

Sections = list[FormSection]


@bp.get("/manage/cohorts/<int:cohort>/preview")
@requires(*READERS)
def preview(cohort: int) -> ResponseReturnValue:
    """The public page as everyone will see it."""
    return render_template("rfps/cohort.html", preview="page", **context(queries.get_call(cohort, viewer=me())))


@bp.get("/manage/cohorts/<int:cohort>/preview/form")
@requires(*READERS)
def preview_form(cohort: int) -> ResponseReturnValue:
    """The task list of a proposal as a startup will see it: the sections that are asked, then the documents."""
    call = queries.get_call(cohort, viewer=me())
    sections = call.parts.form
    texts = given_texts(sections)
    return render_template(
        "rfps/preview/tasks.html",
        call=call,
        rfp=call.rfp,
        groups=task_groups(call.rfp, sections, texts),
        documents=[
            Task(slot.title, url_for(".preview_document", cohort=cohort, slug=slot.slug), "Not started", "gray")
            for slot in call.parts.slots
        ],
        branches=[branch for branch in queries.list_branches(sections) if branch.asked],
        branch_url=lambda branch: section_url(call.rfp, home_of(branch.question, sections), sections, branch.answers),
        dead_ends=queries.find_dead_ends(sections),
    )


def task_groups(rfp: Rfp, sections: Sections, texts: Mapping[UUID, str]) -> list[TaskGroup]:
    """The sections of which something is asked, under their groups."""
    asked = queries.asked_questions(sections, texts)
    groups: dict[str, list[Task]] = {}
    for section in sections:
        if any(question.id in asked for question in section.questions):
            weight = f"{section.criterion.weight}%" if section.criterion else ""
            task = Task(section.title, section_url(rfp, section, sections, texts), "Not started", "gray", "", weight)
            groups.setdefault(section.group, []).append(task)
    return [TaskGroup(title, tasks) for title, tasks in groups.items()]


@bp.route("/manage/cohorts/<int:cohort>/preview/form/sections/<slug>", methods=["GET", "POST"])
@requires(*READERS)
def preview_section(cohort: int, slug: str) -> ResponseReturnValue:
    """One section as a startup will see it. What is typed is checked as theirs will be, and then forgotten."""
    rfp = queries.get_rfp(cohort, viewer=me())
    sections = queries.list_form_sections(rfp.id)
    section = queries.get_form_section(rfp.id, slug)
    texts = given_texts(sections)
    carried = request.form.get("asked") if request.method == "POST" else None
    shown = forms.posted_questions(section, carried, queries.asked_questions(sections, texts))
    stored = {forms.field_name(each): forms.as_answer(each, texts.get(each.id, "")) for each in shown}
    form = forms.asked_form(shown, stored)
    if form.submitted():
        typed = {each.id: forms.as_text(each, form[forms.field_name(each)].data) for each in shown}
        return redirect(next_url(rfp, section, sections, {**texts, **typed}, shown), 303)
    return section_page(rfp, section, shown, form), 422 if form.problems else 200


def section_page(rfp: Rfp, section: FormSection, shown: list[FormQuestion], form: Form) -> str:
    """The page of one section."""
    for each in shown:
        form[forms.field_name(each)].required = each.required
    return render_template(
        "rfps/preview/section.html",
        rfp=rfp,
        section=section,
        questions=shown,
        form=form,
        names=[forms.field_name(each) for each in shown],
        back=url_for(".preview_form", cohort=rfp.cohort.number, given=request.args.getlist("given")),
    )


def next_url(
    rfp: Rfp, section: FormSection, sections: Sections, texts: Mapping[UUID, str], shown: list[FormQuestion]
) -> str:
    """The same section when an answer brought up more questions in it, else the next one that asks something."""
    asked = queries.asked_questions(sections, texts)
    if any(each.id in asked and each not in shown for each in section.questions):
        return section_url(rfp, section, sections, texts)
    later = [each for each in sections if each.position > section.position]
    following = next((each for each in later if any(one.id in asked for one in each.questions)), None)
    if following is not None:
        return section_url(rfp, following, sections, texts)
    return url_for(".preview_form", cohort=rfp.cohort.number, given=list(marks(sections, texts)))


@bp.get("/manage/cohorts/<int:cohort>/preview/form/documents/<slug>")
@requires(*READERS)
def preview_document(cohort: int, slug: str) -> ResponseReturnValue:
    """What a startup reads where it hands in a file; nothing can be sent here."""
    rfp = queries.get_rfp(cohort, viewer=me())
    slot = next((slot for slot in queries.list_slots(rfp.id) if slot.slug == slug), None)
    if slot is None:
        raise NotFoundError("This form has no such document.")
    return render_template("rfps/preview/document.html", rfp=rfp, slot=slot)


def home_of(question: FormQuestion, sections: Sections) -> FormSection:
    """The section a question stands in."""
    return next(section for section in sections if section.id == question.section_id)


def section_url(rfp: Rfp, section: FormSection, sections: Sections, texts: Mapping[UUID, str]) -> str:
    """The preview of a section, given these answers."""
    given = list(marks(sections, texts))
    return url_for(".preview_section", cohort=rfp.cohort.number, slug=section.slug, given=given)


def marks(sections: Sections, texts: Mapping[UUID, str]) -> Iterable[str]:
    """The answers on which other questions depend, as they travel in the address."""
    needed = {question.show_if_id for question in queries.questions_of(sections)}
    for section in sections:
        for question in section.questions:
            chosen = texts.get(question.id, "").split("\n") if question.id in needed else []
            for place, answer in enumerate(question.answers, start=1):
                if answer in chosen:
                    yield f"{section.position}.{question.position}.{place}"


def given_texts(sections: Sections) -> dict[UUID, str]:
    """The answers that the address carries; what names nothing of this form is passed over."""
    every = {
        f"{section.position}.{question.position}.{place}": (question.id, answer)
        for section in sections
        for question in section.questions
        for place, answer in enumerate(question.answers, start=1)
    }
    texts: dict[UUID, str] = {}
    for mark in request.args.getlist("given"):
        if mark in every:
            key, answer = every[mark]
            texts[key] = f"{texts[key]}\n{answer}" if key in texts else answer
    return texts
