"""Answers of every kind, and questions that depend on them: the server decides what is asked, judged and submitted."""

import json

import pytest

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.proposals import queries
from pglab.rfps import queries as rfp_queries
from pglab.rfps import services as rfps
from pglab.rfps.models import FormQuestion, QuestionKind, Rfp
from tests.factories.proposals import fill, make_draft, submit
from tests.factories.rfps import make_draft_rfp, make_program_people
from tests.support.person import Person

KINDS = {
    QuestionKind.CHOICE: "B",
    QuestionKind.MULTI_CHOICE: ["A", "B"],
    QuestionKind.NUMBER: "1,200",
    QuestionKind.MONEY: "2500",
    QuestionKind.DATE: "2027-01-05",
}


def add(rfp: Rfp, label: str, kind: QuestionKind, on: FormQuestion | None = None, answer: str = "") -> FormQuestion:
    """One more question at the end of the last section."""
    manager = db.session.get_one(User, rfp.prepared_by_id)
    section = rfp_queries.get_form_section(rfp.id, "privacy")
    options = ["A", "B"] if kind.offers_options else []
    text = rfps.QuestionText(label, kind, options=options, show_if_id=on.id if on else None, show_if_value=answer)
    with transaction():
        return rfps.add_question(section, text, rfp=rfp, version=rfp.version, actor=manager)


@pytest.fixture
def proposal(rolled_back):
    """A proposal to a call with every new kind, and two questions that depend on answers."""
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    details = db.session.query(FormQuestion).filter_by(kind=QuestionKind.YES_NO).one()
    made = {kind: add(rfp, f"A {kind.value}", kind) for kind in KINDS}
    first = add(rfp, "Which details", QuestionKind.SHORT_TEXT, details, "Yes")
    add(rfp, "Why B", QuestionKind.SHORT_TEXT, made[QuestionKind.MULTI_CHOICE], "B")
    assert first.position == 8
    with transaction():
        rfps.send_for_review(rfp, actor=preparer)
    with transaction():
        rfps.publish_rfp(rfp, version=rfp.version, actor=publisher)
    return make_draft(rfp)


def founder(proposal, login) -> Person:
    return Person(login(proposal.organization.memberships[0].user))


def answers(proposal) -> dict[str, str]:
    texts = queries.get_draft(proposal).texts
    return {q.label: texts[q.id] for q in db.session.query(FormQuestion) if q.id in texts}


def test_every_kind_is_typed_kept_and_shown_again(proposal, login):
    person = founder(proposal, login).open(f"/apply/proposals/{proposal.reference}/sections/privacy")
    person.does_not_see("Which details", "Why B")
    typed = {f"q{place}": value for place, value in enumerate(KINDS.values(), start=3)}
    person.press("Save and continue", q1="no", q2="With a screen reader.", **typed)
    person.sees("1 more question on this page", "Why B").does_not_see("Which details")

    kept = answers(proposal)
    assert [kept[f"A {kind.value}"] for kind in KINDS] == ["B", "A\nB", "1200", "$2,500.00", "2027-01-05"]
    person.press("Save and continue", q9="Because.").open(f"/apply/proposals/{proposal.reference}/sections/privacy")
    before = answers(proposal)
    person.press("Save and continue")
    assert answers(proposal) == before  # what the page shows is what is stored, also a “No”


@pytest.mark.parametrize(
    ("name", "typed", "said", "kept"),
    [
        ("q3", "C", "Select an answer to “A choice”", {}),
        ("q5", "many", "must be a number", {"A number": "many"}),
        ("q6", "1.5", "Enter an amount in dollars", {"A money": "1.5"}),
        ("q7", "2027-02-30", "Enter a real date", {"A date": "2027-02-30"}),
    ],
)
def test_what_is_no_such_answer_is_refused_and_a_typed_line_kept(proposal, login, name, typed, said, kept):
    page = f"/apply/proposals/{proposal.reference}/sections/privacy"
    person = founder(proposal, login).open(page)
    person.press("Save and continue", expect=422, **{name: typed}).sees(said)
    assert answers(proposal) == kept
    if kept:
        assert f'value="{typed}"' in person.open(page).text
        assert [said in each.message for each in queries.list_problems(proposal)].count(True) == 1


def test_hidden_answers_are_kept_and_neither_judged_nor_submitted(proposal, login):
    page = f"/apply/proposals/{proposal.reference}/sections/privacy"
    fill(proposal)
    details = db.session.query(FormQuestion).filter_by(label="Which details").one()
    person = founder(proposal, login).open(page).press("Save and continue", q8="Names and addresses.")
    person.open(page).press("Save and continue", q1="no")

    draft = queries.get_draft(proposal)
    assert draft.texts[details.id] == "Names and addresses."
    assert details.id not in draft.asked
    assert queries.problems_of(draft) == []
    person.open(f"/apply/proposals/{proposal.reference}/check").does_not_see("Which details")
    sent = json.loads(submit(proposal).manifest)
    asked = [answer["question"] for section in sent["sections"] for answer in section["answers"]]
    assert "Which details" not in asked
    assert "A date" in asked
    person.open(page).press("Save and continue", q1="yes").open(page).sees("Which details")
    assert answers(proposal)["Which details"] == "Names and addresses."


def test_a_question_that_appears_is_judged(proposal, login):
    """Negative control: the same draft is complete with “No” and incomplete with “Yes”."""
    fill(proposal)
    page = f"/apply/proposals/{proposal.reference}/sections/privacy"
    person = founder(proposal, login).open(page).press("Save and continue", q8="")
    assert [each.message for each in queries.list_problems(proposal)] == ["Enter an answer to “Which details”"]
    person.open(page).press("Save and continue", q1="no")
    assert queries.list_problems(proposal) == []


def test_an_answer_for_a_question_that_was_not_on_the_page_changes_nothing(proposal, login):
    page = f"/apply/proposals/{proposal.reference}/sections/privacy"
    person = founder(proposal, login).open(page)
    seen = person.text.split('name="seen" value="')[1].split('"')[0]
    person.client.post(page, data={"seen": seen, "asked": "1,2", "q1": "no", "q2": "Yes.", "q8": "Sneaked in"})
    assert "Which details" not in answers(proposal)
