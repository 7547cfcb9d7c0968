"""Building the proposal form: sections and their questions, one change at a time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.rfps import queries
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind, Rfp
from pglab.rfps.services.drafts import MOST_PARTS, assign, fresh_slug, log, loggable, open_draft, put_in_order

PART = "questions"
NAMED_LENGTH = 90


@dataclass(frozen=True)
class FormSectionText:
    """One topic of the form: the group it stands under, and the criterion its answers inform."""

    title: str
    group: str
    criterion_id: UUID | None = None


@dataclass(frozen=True)
class QuestionText:
    """One question. Long answers have a word limit, choices have options; a condition names the answer to another
    question that makes this one appear. A blank name is made from the label."""

    label: str
    kind: QuestionKind
    hint: str = ""
    name: str = ""
    word_limit: int | None = None
    options: Sequence[str] = ()
    required: bool = True
    show_if_id: UUID | None = None
    show_if_value: str = ""


def add_section(rfp: Rfp, text: FormSectionText, *, version: int, actor: User) -> FormSection:
    """Add a section after the others; its address is made from its title and stays."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    if len(sections) >= MOST_PARTS:
        raise RuleError(f"A form has at most {MOST_PARTS} sections.", field="title")
    slug = fresh_slug(text.title, {section.slug for section in sections})
    section = FormSection(rfp_id=call.id, slug=slug, position=len(sections) + 1, **asdict(text))
    db.session.add(section)
    db.session.flush()
    log(call, PART, ({}, {"section added": text.title}), actor=actor)
    return section


def change_section(section: FormSection, text: FormSectionText, *, rfp: Rfp, version: int, actor: User) -> None:
    """Rename a section, move it to another group, or say which criterion it informs."""
    call = open_draft(rfp, version=version, actor=actor)
    log(call, PART, assign(section, asdict(text)), actor=actor)


def move_section(section: FormSection, step: int, *, rfp: Rfp, version: int, actor: User) -> None:
    """Move a section with its questions up (-1) or down (1) by one place."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    was = sections.index(section)
    sections.insert(min(max(was + step, 0), len(sections) - 1), sections.pop(was))
    put_in_order(sections)
    log(call, PART, ({section.title: was + 1}, {section.title: section.position}), actor=actor)


def remove_section(section: FormSection, *, rfp: Rfp, version: int, actor: User) -> None:
    """Take out a section that has no questions left."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    if section.questions:
        raise RuleError(f"“{section.title}” still has questions. Move or remove them first.")
    db.session.delete(section)
    put_in_order([each for each in sections if each is not section])
    log(call, PART, ({"section removed": section.title}, {}), actor=actor)


def add_question(section: FormSection, text: QuestionText, *, rfp: Rfp, version: int, actor: User) -> FormQuestion:
    """Add a question at the end of a section."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    if len(section.questions) >= MOST_PARTS:
        raise RuleError(f"A section has at most {MOST_PARTS} questions.", field="label")
    values = tidy(text, sections, None)
    place = len(section.questions) + 1
    question = FormQuestion(rfp_id=call.id, section_id=section.id, position=place, **values)
    db.session.add(question)
    db.session.flush()
    log(call, PART, ({}, {"question added": loggable(text.label)}), actor=actor)
    return question


def change_question(question: FormQuestion, text: QuestionText, *, rfp: Rfp, version: int, actor: User) -> None:
    """Reword a question, change how it is answered, or when it is asked."""
    call = open_draft(rfp, version=version, actor=actor)
    values = tidy(text, queries.list_form_sections(call.id), question)
    log(call, PART, assign(question, values), actor=actor)


def move_question(question: FormQuestion, step: int, *, rfp: Rfp, version: int, actor: User) -> None:
    """Move a question up (-1) or down (1) by one place; from the edge of a section it goes into the next one."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    home = next(place for place, section in enumerate(sections) if section.id == question.section_id)
    rows = list(sections[home].questions)
    was = rows.index(question)
    if 0 <= was + step < len(rows):
        rows.insert(was + step, rows.pop(was))
        put_in_order(rows)
    elif 0 <= home + step < len(sections):
        _move_over(question, sections[home], sections[home + step], step)
    log(
        call,
        PART,
        ({question.label[:NAMED_LENGTH]: was + 1}, {question.label[:NAMED_LENGTH]: question.position}),
        actor=actor,
    )


def _move_over(question: FormQuestion, home: FormSection, other: FormSection, step: int) -> None:
    """Into the other section, at the edge that is nearer."""
    left = [each for each in home.questions if each is not question]
    rows = [*other.questions, question] if step < 0 else [question, *other.questions]
    question.section_id, question.position = other.id, -MOST_PARTS - 1
    db.session.flush()
    put_in_order(left)
    put_in_order(rows)


def remove_question(question: FormQuestion, *, rfp: Rfp, version: int, actor: User) -> None:
    """Take a question out of the form; refused while another question depends on it. Its words stay on the log."""
    call = open_draft(rfp, version=version, actor=actor)
    sections = queries.list_form_sections(call.id)
    depends = next((each for each in queries.questions_of(sections) if each.show_if_id == question.id), None)
    if depends is not None:
        raise RuleError(f"“{depends.label}” depends on this question. Change that one first.")
    home = next(section for section in sections if section.id == question.section_id)
    db.session.delete(question)
    put_in_order([each for each in home.questions if each is not question])
    log(call, PART, ({"question removed": loggable(question.label), "hint": question.hint}, {}), actor=actor)


def tidy(text: QuestionText, sections: Sequence[FormSection], question: FormQuestion | None) -> dict[str, Any]:
    """The values of a question's columns; RuleError beside what does not fit its kind or its place in the form."""
    options = list(dict.fromkeys(text.options)) if text.kind.offers_options else []
    if text.kind.offers_options and len(options) < 2:
        raise RuleError("Enter at least two options, one on each line", field="options")
    if text.kind is QuestionKind.LONG_TEXT and text.word_limit is None:
        raise RuleError("Enter the word limit", field="word_limit")
    check_condition(text, sections, question)
    limit = text.word_limit if text.kind is QuestionKind.LONG_TEXT else None
    name = text.name or f"an answer to “{text.label[:NAMED_LENGTH]}”"
    return {**asdict(text), "options": options, "word_limit": limit, "name": name}


def check_condition(text: QuestionText, sections: Sequence[FormSection], question: FormQuestion | None) -> None:
    """A condition names an answer that is offered by a question which does not depend on this one in turn."""
    if text.show_if_id is None:
        return
    every = {each.id: each for each in queries.questions_of(sections)}
    above = every.get(text.show_if_id)
    if above is None or text.show_if_value not in above.answers:
        raise RuleError("Select an answer of another question", field="show_if")
    if question is not None and (
        above is question or question in [on for _, on in queries.chain_of(above, every) or []]
    ):
        raise RuleError(f"“{above.label}” depends on this question, so this one can’t depend on it.", field="show_if")
