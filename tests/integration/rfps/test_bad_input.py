"""What people really type: refused beside the field, kept as typed, never a fault of the server."""

import re
from html import unescape

import pytest

from pglab.core.db import db
from pglab.rfps import queries
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_program_manager
from tests.factories.rfps import make_draft_rfp
from tests.support.person import Person

SETUP = "/manage/cohorts/12/setup/"
MEGABYTE = "a" * 900_000


@pytest.fixture
def manager(login) -> Person:
    """A program manager with a draft of cohort 12."""
    person = make_program_manager()
    make_draft_rfp(actor=person)
    return Person(login(person))


def refused(manager: Person, address: str, button: str, said: str, **typed: str) -> None:
    """The page answers 422 with this sentence twice (summary and field) and everything typed; nothing was saved."""
    version = db.session.query(Rfp).one().version
    manager.open(address).press(button, expect=422, **typed)
    assert manager.text.count(said) == 2, said
    assert "<title>Error: " in manager.text
    shown = unescape(manager.text)
    for value in typed.values():
        assert value.replace("\x00", "") in shown.replace("\N{REPLACEMENT CHARACTER}", "")
    assert db.session.query(Rfp).one().version == version


@pytest.mark.parametrize(
    ("date", "time", "said"),
    [
        ("2027-03-14", "02:30", "2:30 a.m. on March 14, 2027 does not exist because the clocks change."),
        ("2026-11-01", "01:30", "1:30 a.m. on November 1, 2026 happens twice because the clocks change:"),
        ("2027-02-30", "16:00", "Enter a real date"),
        ("0000-01-01", "16:00", "Enter a real date"),
        ("9999-12-31", "16:00", "Enter a real date"),
        ("soon", "16:00", "Enter a real date"),
        ("2027-03-15", "25:00", "Enter a time, like 4:00 p.m."),
        ("2027-03-15", "end of day", "Enter a time, like 4:00 p.m."),
        ("", "16:00", "Enter the date of the deadline"),
        ("2027-03-15", "", "Enter the time of the deadline"),
        ("", "", "Enter the deadline"),
    ],
)
def test_dates(manager, date, time, said):
    refused(manager, f"{SETUP}dates", "Save", said, **{"closes_at-date": date, "closes_at-time": time})


def test_dates_in_the_wrong_order_are_said_with_both_dates(manager):
    typed = {"questions_due_at-date": "2020-01-06", "questions_due_at-time": "16:00"}

    refused(manager, f"{SETUP}dates", "Save", "Monday, January 6, 2020, 4:00 p.m. ET", **typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1e9", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("NaN", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("-5", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("25.000", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("25,00", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("٢٥", "Enter an amount in dollars, like 2500 or 2,500.00"),
        ("0", "The stipend must be $1 or more"),
        ("999,999,999.99", "The stipend must be $1,000,000 or less"),
        ("", "Enter the stipend"),
    ],
)
def test_money(manager, typed, said):
    refused(manager, f"{SETUP}details", "Save", said, stipend_cents=typed)


@pytest.mark.parametrize("typed", ["25,000", "$25,000.00", "25000", " 25000.00 "])
def test_money_is_read_as_people_write_it(manager, typed):
    manager.open(f"{SETUP}details").press("Save", stipend_cents=typed)

    assert db.session.query(Rfp).one().stipend_cents == 25_000_00


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("33.33", "The weight of criterion 1 must be a number, like 120"),
        ("101", "The weight of criterion 1 must be between 1 and 100"),
        ("0", "The weight of criterion 1 must be between 1 and 100"),
        ("-1", "The weight of criterion 1 must be between 1 and 100"),
        ("24", "Weights must add up to 100%. They add up to 99%."),
        ("26", "Weights must add up to 100%. They add up to 101%."),
        ("99999999999999999999", "The weight of criterion 1 must be a number, like 120"),
        ("", "Enter the weight of criterion 1"),
    ],
)
def test_weights(manager, typed, said):
    refused(manager, f"{SETUP}rubric", "Save", said, weight_1=typed)


@pytest.mark.parametrize(
    ("page", "field", "typed", "said"),
    [
        ("details", "headline", "", "Enter headline"),
        ("details", "headline", "x" * 201, "Headline must be 200 characters or fewer. It is 201 characters."),
        ("details", "headline", "a\x00b", "Headline contains hidden characters."),
        ("details", "summary", MEGABYTE, "Summary must be 600 characters or fewer. It is 900,000 characters."),
        ("details", "award_count", "three", "The number of awards must be a number, like 120"),
        ("notice", "body_1", "  ", "Enter the text of section 1"),
        ("eligibility", "text_2", "", "Enter condition 2"),
        ("rubric", "anchor3_2", "", "Enter what 3 points mean of criterion 2"),
        ("questions/sections/company", "title", "", "Enter the title"),
        ("questions/sections/company/new", "label", "", "Enter the question"),
        ("questions/sections/company/new", "word_limit", "9", "The word limit must be between 10 and 2,000"),
        ("questions/sections/company/new", "kind", "file", "Select how it is answered"),
        ("documents", "max_pages_1", "0", "The page limit of document 1 must be between 1 and 200"),
        ("installments", "due_after_days_1", "401", "When milestone 1 is due must be between 1 and 400"),
        ("installments", "amount_cents_1", "6,250.01", "They add up to $25,000.01."),
        ("areas/safer-streets", "title", "", "Enter a title"),
        ("areas/new", "teaser", "", "Enter a teaser"),
        ("eligibility", "question_5", "Do you?", "Select which answer fits condition 5"),
        ("areas/safer-streets", "champion_email", "mona", "Enter an email address in the format name@example.com"),
        ("areas/safer-streets", "champion_email", "mona@example.org", "Nobody with this email has a confirmed account"),
        ("areas/safer-streets", "host_id", "00000000-0000-0000-0000-000000000000", "Select the host"),
    ],
)
def test_every_page_refuses_beside_the_field(manager, page, field, typed, said):
    if field in ("host_id", "kind"):
        manager.open(SETUP + page).press("Save", expect=422, **{field: typed})
        assert manager.text.count(said) == 2
    else:
        refused(manager, SETUP + page, "Save", said, **{field: typed})


def test_a_script_is_text_like_any_other(manager):
    code = "<script>alert(1)</script> & more"

    manager.open(f"{SETUP}details").press("Save", headline=code, summary=code)
    manager.open(f"{SETUP}questions/sections/impact/new").press("Save", label=code, hint=code, kind="url")

    for address in (
        "/cohorts/12",
        "/cohorts/12/rfp",
        "/manage/cohorts/12/preview/form/sections/impact",
        "/cohorts/12/proposal-questions",
    ):
        page = manager.client.get(address, check=False).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_a_text_over_a_megabyte_is_too_large_and_no_fault(manager):
    response = manager.client.post(f"{SETUP}details", data={"headline": "a" * 1_100_000})

    assert response.status_code == 413


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "999999999999"])
def test_a_form_without_its_version_saves_nothing(manager, version):
    manager.open(f"{SETUP}eligibility")
    values = {f"text_{place}": "Changed" for place in range(1, 6)} | {"version": version}

    response = manager.client.post(f"{SETUP}eligibility", data=values)

    assert response.status_code in (409, 422)
    assert "Changed" in response.text
    assert db.session.query(Rfp).one().version == 1


def test_an_empty_post_names_every_field(manager):
    response = manager.client.post(f"{SETUP}dates", data={"version": "1"})

    assert response.status_code == 422
    assert response.text.count("usa-error-message") == 6


def test_two_people_typing_at_once_lose_nothing(manager, login):
    other = Person(login(make_program_manager("Marcus Bell"))).open(f"{SETUP}details")
    manager.open(f"{SETUP}details")
    manager.press("Save", headline="The first one’s headline")

    other.press("Save", expect=409, headline="The second one’s headline")
    other.sees("The second one’s headline", "The first one’s headline", "Paula Manager")
    assert db.session.query(Rfp).one().cohort.headline == "The first one’s headline"

    other.press("Save")
    assert db.session.query(Rfp).one().cohort.headline == "The second one’s headline"


def test_somebody_who_is_late_for_review_keeps_their_text(manager, login):
    other = Person(login(make_program_manager())).open(f"{SETUP}details")
    manager.open("/manage/cohorts/12/publication").press("Send for review")

    response = other.client.post(
        f"{SETUP}details", data={"headline": "A late thought"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert response.status_code == 409
    assert "A late thought" in response.text
    assert "Return it to draft to change it" in response.text


def test_a_new_cohort_keeps_its_typing_too(manager):
    refused(manager, "/manage/cohorts/new", "Create", "Cohort 12 exists already.", number="12", headline="Another one")
    said = "does not exist because the clocks change"
    late = {"publish_at-date": "2027-03-14", "publish_at-time": "02:30"}
    manager.open("/manage/cohorts/new").press("Create", expect=422, **late)
    assert said in manager.text
    assert re.search(r'name="publish_at-time"[^>]*value="02:30"', manager.text)
    assert len(queries.list_rfps(None)) == 0
