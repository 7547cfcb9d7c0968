"""The form builder: sections and questions of the proposal form, added, changed, moved and removed one at a time."""

from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.rfps import forms, queries, services
from pglab.rfps.models import FormQuestion, FormSection, Rfp
from pglab.rfps.routes.areas import STEPS, after_step
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.editing import EditPage, answers
from pglab.rfps.routes.setup import draft, edit
from pglab.web.forms import Form
from pglab.web.security import requires

QUESTION_TEXTS = ("label", "name", "hint", "kind", "word_limit", "options", "required")


@bp.get("/manage/cohorts/<int:cohort>/setup/questions")
@requires(StaffRole.PROGRAM_MANAGER)
def questions(cohort: int) -> ResponseReturnValue:
    """The whole form in its order, with what each question asks for and when it is asked."""
    rfp = draft(cohort)
    sections = queries.list_form_sections(rfp.id)
    return render_template(
        "rfps/setup/questions.html",
        rfp=rfp,
        sections=sections,
        every={question.id: question for question in queries.questions_of(sections)},
        dead={end.question.id: end.message for end in queries.find_dead_ends(sections)},
        kinds=forms.KIND_WORDS,
    )


@bp.route("/manage/cohorts/<int:cohort>/setup/questions/sections/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def new_section(cohort: int) -> ResponseReturnValue:
    """One more section, after the others."""
    return edit(cohort, lambda rfp: section_page(rfp, None), back=".questions")


@bp.route("/manage/cohorts/<int:cohort>/setup/questions/sections/<slug>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def form_section(cohort: int, slug: str) -> ResponseReturnValue:
    """A section's title, group and criterion."""
    return edit(cohort, lambda rfp: section_page(rfp, queries.get_form_section(rfp.id, slug)), back=".questions")


@bp.post("/manage/cohorts/<int:cohort>/setup/questions/sections/<slug>/order")
@requires(StaffRole.PROGRAM_MANAGER)
def move_section(cohort: int, slug: str) -> ResponseReturnValue:
    """A section moved by a place, or taken out once it is empty."""
    rfp = draft(cohort)
    section = queries.get_form_section(rfp.id, slug)

    def step(which: str, version: int) -> None:
        if which == "out":
            services.remove_section(section, rfp=rfp, version=version, actor=me())
        else:
            services.move_section(section, STEPS[which], rfp=rfp, version=version, actor=me())

    return after_step(step, section.title, url_for(".questions", cohort=cohort, _anchor=slug))


@bp.route("/manage/cohorts/<int:cohort>/setup/questions/sections/<slug>/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def new_question(cohort: int, slug: str) -> ResponseReturnValue:
    """One more question at the end of a section."""
    return edit(cohort, lambda rfp: new_question_page(rfp, slug), back=".questions")


@bp.route("/manage/cohorts/<int:cohort>/setup/questions/<uuid:form_question_id>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def question(cohort: int, form_question_id: UUID) -> ResponseReturnValue:
    """One question: its words, how it is answered, when it is asked."""
    return edit(cohort, lambda rfp: question_page(rfp, form_question_id), back=".questions")


@bp.post("/manage/cohorts/<int:cohort>/setup/questions/<uuid:form_question_id>/order")
@requires(StaffRole.PROGRAM_MANAGER)
def move_question(cohort: int, form_question_id: UUID) -> ResponseReturnValue:
    """A question moved by a place, or taken out while nothing depends on it."""
    rfp = draft(cohort)
    moved = queries.get_form_question(rfp.id, form_question_id)

    def step(which: str, version: int) -> None:
        if which == "out":
            services.remove_question(moved, rfp=rfp, version=version, actor=me())
        else:
            services.move_question(moved, STEPS[which], rfp=rfp, version=version, actor=me())

    return after_step(step, moved.label, url_for(".questions", cohort=cohort, _anchor=f"question-{moved.id}"))


def section_page(rfp: Rfp, section: FormSection | None) -> EditPage:
    """A section, or a new one."""
    groups = [each.group for each in queries.list_form_sections(rfp.id)]
    form = forms.section_form(groups, queries.list_criteria(rfp.id))
    stored = {name: getattr(section, name) for name in ("title", "group", "criterion_id")} if section else {}

    def save(filled: Form, version: int) -> None:
        text = services.FormSectionText(**answers(filled))
        if section:
            services.change_section(section, text, rfp=rfp, version=version, actor=me())
        else:
            services.add_section(rfp, text, version=version, actor=me())

    title = section.title if section else "New section"
    return EditPage(title, "One topic of the form: a few questions on a page of their own.", form, stored, save)


def question_page(rfp: Rfp, question_id: UUID) -> EditPage:
    """A question, with the answers of questions before it that it can depend on."""
    asked = queries.get_form_question(rfp.id, question_id)
    order = queries.questions_of(queries.list_form_sections(rfp.id))
    shown_by = next(((each, asked.show_if_value) for each in order if each.id == asked.show_if_id), None)
    form = forms.question_form(condition_choices(order, asked), shown_by)
    stored = {name: getattr(asked, name) for name in QUESTION_TEXTS}
    stored["show_if"] = (asked.show_if_id, asked.show_if_value) if asked.show_if_id else None

    def save(filled: Form, version: int) -> None:
        services.change_question(asked, question_text(filled), rfp=rfp, version=version, actor=me())

    return EditPage("Question", asked.label, form, stored, save)


def new_question_page(rfp: Rfp, slug: str) -> EditPage:
    """An empty question at the end of a section."""
    section = queries.get_form_section(rfp.id, slug)
    before = [each for each in queries.list_form_sections(rfp.id) if each.position <= section.position]
    form = forms.question_form(each for each in queries.questions_of(before) if each.answers)

    def save(filled: Form, version: int) -> None:
        services.add_question(section, question_text(filled), rfp=rfp, version=version, actor=me())

    lede = f"It is added to “{section.title}”."
    return EditPage("New question", lede, form, {"required": True}, save, done="The question is added.")


def condition_choices(order: list[FormQuestion], asked: FormQuestion) -> list[FormQuestion]:
    """The questions before this one whose answers can be foreseen, and the one it depends on now."""
    before = order[: order.index(asked)]
    return [each for each in order if each.answers and (each in before or each.id == asked.show_if_id)]


def question_text(form: Form) -> services.QuestionText:
    """A question as it was typed."""
    given = answers(form)
    shown_by, answer = given.pop("show_if") or (None, "")
    given["options"] = given["options"] or ()
    return services.QuestionText(**given, show_if_id=shown_by, show_if_value=answer)
