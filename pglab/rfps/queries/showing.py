"""Which questions of a form are asked, given what was answered: the one rule for startups, previews and publication.

A question with a condition is asked when the question it names is asked itself and has the answer it names; of several
chosen answers, one is enough.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pglab.rfps.models import FormQuestion, FormSection

Texts = Mapping[UUID, str]


@dataclass(frozen=True)
class Branch:
    """One way through the form: answers that open (or close) a condition, and whether its question is then asked."""

    question: FormQuestion
    answers: dict[UUID, str]
    asked: bool


@dataclass(frozen=True)
class DeadEnd:
    """A question that no startup can ever be asked, and why, in a sentence."""

    question: FormQuestion
    message: str


def questions_of(sections: Iterable[FormSection]) -> list[FormQuestion]:
    """Every question in the order of the form."""
    return [question for section in sections for question in section.questions]


def asked_questions(sections: Iterable[FormSection], texts: Texts) -> set[UUID]:
    """The questions that are asked when these texts are the answers so far."""
    every = {question.id: question for question in questions_of(sections)}
    return {key for key in every if _is_asked(every[key], every, texts)}


def _is_asked(question: FormQuestion, every: Mapping[UUID, FormQuestion], texts: Texts) -> bool:
    passed: set[UUID] = set()
    while question.show_if_id is not None:
        on = every.get(question.show_if_id)
        if on is None or question.id in passed or question.show_if_value not in texts.get(on.id, "").split("\n"):
            return False
        passed.add(question.id)
        question = on
    return True


def find_dead_ends(sections: Sequence[FormSection]) -> list[DeadEnd]:
    """Every question that can never be asked, or only after the question was passed: its condition runs in a circle,
    names an answer that is not offered, or depends on a question further down."""
    order = questions_of(sections)
    every = {question.id: question for question in order}
    places = {question.id: place for place, question in enumerate(order)}
    found = []
    for question in order:
        reason = _why_never(question, every, places)
        if reason:
            found.append(DeadEnd(question, f"“{question.label}” can never be asked: {reason}."))
    return found


def _why_never(question: FormQuestion, every: Mapping[UUID, FormQuestion], places: Mapping[UUID, int]) -> str:
    chain = chain_of(question, every)
    if chain is None:
        return "its condition leads back to itself"
    for below, above in chain:
        if below.show_if_value not in above.answers:
            return f"“{below.show_if_value}” is no answer to “{above.label}”"
        if places[above.id] > places[below.id]:
            return f"it depends on “{above.label}”, which comes after it"
    return ""


def chain_of(
    question: FormQuestion, every: Mapping[UUID, FormQuestion]
) -> list[tuple[FormQuestion, FormQuestion]] | None:
    """The conditions above a question, nearest first, as (question, the one it depends on); None for a circle."""
    chain: list[tuple[FormQuestion, FormQuestion]] = []
    seen = {question.id}
    while question.show_if_id is not None:
        above = every[question.show_if_id]
        chain.append((question, above))
        if above.id in seen:
            return None
        seen.add(above.id)
        question = above
    return chain


def list_branches(sections: Sequence[FormSection]) -> list[Branch]:
    """Every branch of every condition, each once: with the answers that ask its question, and with each answer (and
    none) that does not. Questions that can never be asked have no branch; `find_dead_ends` names them."""
    order = questions_of(sections)
    every = {question.id: question for question in order}
    dead = {end.question.id for end in find_dead_ends(sections)}
    found = []
    for question in order:
        if question.show_if_id is None or question.id in dead:
            continue
        above = every[question.show_if_id]
        opening = {on.id: below.show_if_value for below, on in chain_of(question, every) or []}
        found.append(Branch(question, opening, True))
        others = [answer for answer in above.answers if answer != question.show_if_value]
        found += [Branch(question, {**opening, above.id: answer}, False) for answer in ["", *others]]
    return found
