"""Which questions are asked: by the answers so far, by every branch, and never."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pglab.core.ids import uuid7
from pglab.rfps.models import FormQuestion, FormSection, QuestionKind
from pglab.rfps.queries import asked_questions, find_dead_ends, list_branches


def question(label: str, on: FormQuestion | None = None, answer: str = "Yes") -> FormQuestion:
    """A yes or no question, asked if `on` is answered with `answer`."""
    made = FormQuestion(id=uuid7(), label=label, kind=QuestionKind.YES_NO, options=[], show_if_value="")
    if on is not None:
        made.show_if_id, made.show_if_value = on.id, answer
    return made


def form(*questions: FormQuestion) -> list[FormSection]:
    """All in one section."""
    section = FormSection(id=uuid7(), title="One", position=1)
    section.__dict__["questions"] = list(questions)
    return [section]


def labels(questions: list[FormQuestion], asked: set[UUID]) -> list[str]:
    return [each.label for each in questions if each.id in asked]


def test_a_question_appears_with_the_answer_it_depends_on_and_its_own_chain():
    first = question("first")
    second = question("second", first)
    third = question("third", second, "No")
    every = [first, second, third]
    sections = form(*every)

    assert labels(every, asked_questions(sections, {})) == ["first"]
    assert labels(every, asked_questions(sections, {first.id: "Yes"})) == ["first", "second"]
    assert labels(every, asked_questions(sections, {first.id: "Yes", second.id: "No"})) == ["first", "second", "third"]
    assert labels(every, asked_questions(sections, {first.id: "No", second.id: "No"})) == ["first"]


def test_one_of_several_chosen_answers_is_enough():
    many = FormQuestion(id=uuid7(), label="many", kind=QuestionKind.MULTI_CHOICE, options=["a", "b"], show_if_value="")
    more = question("more", many, "b")
    assert more.id in asked_questions(form(many, more), {many.id: "a\nb"})
    assert more.id not in asked_questions(form(many, more), {many.id: "a"})


def test_a_circle_a_missing_answer_and_a_later_question_are_dead_ends():
    first, second = question("first"), question("second")
    first.show_if_id, first.show_if_value = second.id, "Yes"
    second.show_if_id, second.show_if_value = first.id, "Yes"
    wrong = question("wrong", question("free"), "Perhaps")
    found = find_dead_ends(form(first, second))
    assert [end.message for end in found] == [
        "“first” can never be asked: its condition leads back to itself.",
        "“second” can never be asked: its condition leads back to itself.",
    ]
    free = question("free")
    wrong = question("wrong", free, "Perhaps")
    assert "“Perhaps” is no answer to “free”" in find_dead_ends(form(free, wrong))[0].message
    early = question("early", free)
    assert "which comes after it" in find_dead_ends(form(early, free))[0].message
    assert asked_questions(form(first, second), {first.id: "Yes", second.id: "Yes"}) == set()


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["Yes", "No"])), max_size=9))
def test_every_branch_asks_or_closes_exactly_what_it_says(conditions: list[tuple[int, str]]):
    every = [question("0")]
    for number, (on, answer) in enumerate(conditions, start=1):
        every.append(question(str(number), every[on] if on < number else None, answer))
    sections = form(*every)

    branches = list_branches(sections)

    assert find_dead_ends(sections) == []
    assert {branch.question.label for branch in branches} == {each.label for each in every if each.show_if_id}
    for branch in branches:
        assert (branch.question.id in asked_questions(sections, branch.answers)) is branch.asked
