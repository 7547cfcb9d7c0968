"""Every branch of the proposal form, drawn before publication: a question that cannot be drawn is found here, not by a
startup on its last evening."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from flask import current_app
from jinja2 import TemplateError

from pglab.rfps import forms, queries
from pglab.rfps.models import FormQuestion, FormSection
from pglab.rfps.services import Finding, as_publication_check


@as_publication_check
def draw_every_branch(parts: queries.Parts) -> list[Finding]:
    """Draw every section as it is without answers, and once for each branch of each condition, with the templates that
    startups get. What fails, or shows other questions than it should, is named."""
    sections = parts.form
    failed: dict[UUID, Finding] = {}
    for section in sections:
        for question in undrawn(section, sections, {}):
            failed[question.id] = refusal(question, "")
    for branch in queries.list_branches(sections):
        home = next(section for section in sections if section.id == branch.question.section_id)
        for question in undrawn(home, sections, branch.answers):
            failed.setdefault(question.id, refusal(question, branch.question.show_if_value if branch.asked else ""))
    return list(failed.values())


def refusal(question: FormQuestion, answer: str) -> Finding:
    """The sentence that keeps a call from being published."""
    when = f" when the answer before it is “{answer}”" if answer else ""
    return Finding(f"“{question.label}” can’t be shown{when}.", "question", "label", str(question.id))


def undrawn(section: FormSection, sections: list[FormSection], texts: Mapping[UUID, str]) -> Iterator[FormQuestion]:
    """The questions of a section that are not drawn though they are asked, or drawn though they are not."""
    asked = queries.asked_questions(sections, texts)
    shown = [question for question in section.questions if question.id in asked]
    html = draw(shown)
    for question in section.questions:
        if (f'name="{forms.field_name(question)}"' in html) != (question.id in asked):
            yield question


def draw(shown: list[FormQuestion]) -> str:
    """These questions as their section's page draws them; nothing when that fails."""
    try:
        form = forms.asked_form(shown, {}, formdata=None, meta={"csrf": False})
        template = current_app.jinja_env.get_template("rfps/_section.html")
        names = [forms.field_name(question) for question in shown]
        return str(template.module.section_questions(shown, form, names))  # type: ignore[attr-defined]  # a macro of it
    except (TemplateError, ValueError, TypeError, KeyError, AttributeError):
        current_app.logger.exception("a section of the proposal form could not be drawn")
        return ""
