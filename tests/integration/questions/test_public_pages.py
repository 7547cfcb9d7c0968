"""What everyone reads of questions: the published words only, searched and filtered, however many there are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.questions.models import PublishedAnswer
from pglab.questions.queries import PER_PAGE
from pglab.subscriptions.queries import list_news
from pglab.web.filters import et_date
from tests.factories.accounts import make_program_manager, make_user
from tests.factories.questions import ANSWER, TEXT, make_answer, make_answers, make_question, make_read
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

Login = Callable[[User], Client]
LIST = "/cohorts/12/questions"


def test_before_the_first_answer_the_list_says_until_when_they_come(client: Client, clock: OfficialClock):
    rfp = make_open_rfp()
    make_question(rfp, "Is this private?")

    page = client.get(LIST).text

    assert "No questions have been answered yet. Answers are posted by" in page
    assert (et_date(rfp.answers_due_at) in page, "Is this private?" in page) == (True, False)
    clock.freeze(rfp.answers_due_at + timedelta(microseconds=1))
    later = client.get(LIST).text
    assert ("No questions were answered in this cohort." in later, "Ask a question" in later) == (True, False)


def test_a_draft_call_has_no_answers_for_the_public(client: Client, login: Login):
    make_draft_rfp()

    assert [client.get(f"{LIST}{rest}").status_code for rest in ("", "/1", "/sent", "/received")] == [404] * 4
    assert login(make_program_manager()).get(LIST).status_code == 200


@pytest.mark.parametrize("count", [1, 300])
def test_the_list_is_right_and_costs_the_same_with_one_and_with_300(client: Client, count: int):
    make_answers(make_open_rfp(), count)

    with counting() as sent:
        page = client.get(LIST).text

    assert len(sent) == 2, sent
    assert page.count('<article class="qa"') == min(count, PER_PAGE)
    assert f"<b>{count} answer" in page
    assert ("Page 1 of 6" in page) is (count == 300)


def test_a_long_list_is_turned_over_to_its_end(client: Client):
    make_answers(make_open_rfp(), 120)

    numbers = []
    for page in (1, 2, 3):
        shown = client.get(f"{LIST}?page={page}").text
        numbers += [
            line.split('"')[0] for line in shown.split('id="question-')[1:] if "-title" not in line.split('"')[0]
        ]
    assert numbers == [str(number) for number in range(120, 0, -1)]
    assert client.get(f"{LIST}?page=4").status_code == 404
    assert client.get(f"{LIST}?page=no").status_code == 200
    assert "q=number&amp;page=2" in client.get(f"{LIST}?q=number").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=apply", ["1"]),
        ("q=applying", ["1"]),  # another form of the word
        ("q=insura", ["2"]),  # a piece of one
        ("q=2", ["2"]),
        ("q=nowhere", []),
        ("q=%27%22%26%7C%21%28", []),
        ("about=stipend", []),
        ("about=challenge%3Asafer-streets", ["2"]),
        ("about=eligibility", ["1"]),
        ("q=startups&about=eligibility", ["1"]),
        ("since=2020-01-01", ["2", "1"]),
        ("since=2100-01-01", []),
    ],
)
def test_the_list_is_searched_and_filtered(client: Client, query: str, found: list[str]):
    rfp = make_open_rfp()
    make_answer(rfp)
    make_answer(rfp, "Is insurance needed?", "Yes.", slug="safer-streets")

    page = client.get(f"{LIST}?{query}").text

    assert [number for number in ("2", "1") if f'id="question-{number}"' in page] == found
    assert ("No answer matches" in page) is not bool(found)


def test_a_filter_that_cannot_be_read_says_so(client: Client):
    make_answer(make_open_rfp())

    page = client.get(f"{LIST}?since=soon&about=weather")

    assert (page.status_code, "Enter a real date" in page.text, TEXT in page.text) == (200, True, True)


def test_an_answer_is_text_and_never_a_link_or_markup(client: Client):
    make_answer(make_open_rfp(), "See https://evil.example <b>now</b>?", "No.\n\nNever.")

    for page in (client.get(LIST).text, client.get(f"{LIST}/1").text):
        assert 'href="https://evil.example' not in page
        assert "&lt;b&gt;now" in page
        assert "<p>Never.</p>" in page


def test_a_challenge_shows_its_own_answers(client: Client):
    rfp = make_open_rfp()
    assert "No questions yet on this challenge." in client.get("/cohorts/12/challenges/safer-streets").text
    make_answer(rfp, slug="safer-streets")

    assert f"1. {TEXT}" in client.get("/cohorts/12/challenges/safer-streets").text
    assert TEXT not in client.get("/cohorts/12/challenges/permits-without-paper").text


def test_the_cohort_its_news_and_the_search_lead_to_the_answers(client: Client):
    rfp = make_open_rfp()
    make_answer(rfp)

    assert f'href="{LIST}"' in client.get("/cohorts/12").text
    newest = list_news(rfp.cohort, official_now())[0]
    assert (newest.title, newest.path) == ("1 new answer about PGH Lab Cohort 12", f"{LIST}/1")
    assert f'href="{LIST}/1"' in client.get("/search?q=startups+together").text


def test_one_question_has_its_address_for_good(client: Client):
    make_answer(make_open_rfp())

    page = client.get(f"{LIST}/1").text

    assert (TEXT in page, ANSWER in page) == (True, True)
    assert [client.get(f"{LIST}/{number}").status_code for number in (0, 2, 999999999)] == [404] * 3


def rows_seen(viewer: str) -> int:
    """How many questions are there for this viewer, whatever the product would have asked."""
    db.session.commit()
    db.session.execute(text("SELECT set_config('pglab.viewer', :viewer, true)"), {"viewer": viewer})
    found = db.session.scalar(text("SELECT count(*) FROM questions"))
    db.session.commit()
    return int(found or 0)


def test_the_rows_of_questions_are_there_for_program_staff_alone(client: Client):
    """The seal a second time, in the database: for any statement, whoever wrote it."""
    asker, manager = make_user("Ask Er"), make_program_manager()
    rfp = make_open_rfp()
    make_question(rfp, asker=asker)
    make_read(make_question(rfp))
    make_answer(rfp)

    assert {name: rows_seen(name) for name in ("nobody", "worker", "command")} == {
        "nobody": 0,
        "worker": 3,
        "command": 3,
    }
    assert (rows_seen(str(asker.id)), rows_seen(str(manager.id))) == (0, 3)
    columns = {column.name for column in PublishedAnswer.__table__.columns}
    assert not columns & {"asker_email", "asked_text"}, "what everyone reads does not even hold who asked"


def test_the_list_names_each_question_in_its_heading_and_helps_with_mistakes(client: Client):
    rfp = make_open_rfp()
    make_answer(rfp)

    page = client.get(LIST).text
    heading = page.partition('<h2 id="question-1-title">')[2].partition("</h2>")[0]
    assert TEXT in heading
    nothing = client.get(f"{LIST}?q=togehter <b>").text
    assert 'href="/search?q=togehter%20%3Cb%3E"' in nothing
    assert "/search?q=" not in page.partition("</main>")[0]
