"""Program managers build a cohort on pages; a second person publishes it; everybody else is kept out."""

import re
from datetime import timedelta

import pytest

from pglab.accounts.models import StaffRole
from pglab.core.db import db, transaction
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.person import Person
from tests.support.statements import counting

FORMS = ["details", "dates", "stages", "notice", "eligibility", "rubric", "documents", "installments"]
FORMS += ["areas/safer-streets", "questions/sections/company"]
LISTS = ["areas", "areas/new", "questions", "questions/sections/new", "questions/sections/company/new"]
FORM_PAGES = [f"/manage/cohorts/12/setup/{part}" for part in FORMS]
SETUP_PAGES = [*FORM_PAGES, *(f"/manage/cohorts/12/setup/{part}" for part in LISTS)]
READ_PAGES = [
    "/manage",
    "/manage/cohorts/12/setup",
    "/manage/cohorts/12/preview",
    "/manage/cohorts/12/preview/form",
    "/manage/cohorts/12/preview/form/sections/privacy",
    "/manage/cohorts/12/preview/form/documents/pitch-deck",
    "/manage/cohorts/12/publication",
]
PAGES = [*READ_PAGES, *SETUP_PAGES, "/manage/hosts", "/manage/cohorts/new", "/manage/cohorts/12/return"]


@pytest.mark.parametrize("address", PAGES)
def test_visitors_sign_in_and_founders_are_refused(client, login, address):
    make_draft_rfp()

    assert client.get(address).headers["Location"].startswith("/sign-in")
    assert login(make_user()).get(address).status_code == 403
    assert login(make_user("Ned Fox", StaffRole.ADMIN)).get(address).status_code == 403


@pytest.mark.parametrize("address", [page for page in PAGES if not page.endswith("return")])
def test_a_program_manager_opens_every_page_of_a_draft(login, address):
    manager = make_program_manager()
    make_draft_rfp(actor=manager)

    assert login(manager).get(address).status_code == 200


@pytest.mark.parametrize("address", READ_PAGES)
def test_directors_and_auditors_read_and_change_nothing(login, address):
    make_draft_rfp()
    for person in (make_director(), make_user("Ivy Grant", StaffRole.AUDITOR)):
        response = login(person).get(address)
        assert response.status_code == 200
        assert "/setup/" not in response.text
        assert "Create a cohort" not in response.text


def test_the_list_sends_the_same_number_of_statements_for_one_and_three(login):
    client = login(make_program_manager())
    assert "There is no cohort yet" in client.get("/manage").text
    make_draft_rfp(number=12)
    with counting() as for_one:
        client.get("/manage")
    make_open_rfp(number=13)
    make_draft_rfp(number=14)
    with counting() as for_three:
        page = client.get("/manage").text

    assert len(for_three) == len(for_one)
    assert page.count('class="card"') == 3


def test_the_setup_shows_what_stands_in_the_way(login):
    manager = make_program_manager()
    make_draft_rfp(actor=manager)
    client = login(manager)
    assert "Before it can be published" not in client.get("/manage/cohorts/12/setup").text

    Person(client).open("/manage/cohorts/12/setup/details").press("Save", budget_cents="50,000")

    page = client.get("/manage/cohorts/12/setup").text
    assert 'href="/manage/cohorts/12/setup/details#budget_cents"' in page
    assert "3 awards of $25,000 are $75,000. The budget is $50,000." in page
    assert "can’t be published yet" in client.get("/manage/cohorts/12/publication").text


def test_a_published_cohort_links_the_stages_it_has_reached(login):
    make_open_rfp()

    page = login(make_program_manager()).get("/manage/cohorts/12").text

    linked = set(re.findall(r'href="/manage/cohorts/12/([a-z]+)"', page))
    assert linked == {"addenda", "panel", "publication", "questions"}
    assert "Sealed: no names and no count" in page
    assert "/setup/" not in page


def test_after_the_deadline_the_opening_is_linked(login, clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.closes_at.replace(microsecond=0) + (rfp.closes_at - rfp.publish_at))

    page = login(make_program_manager()).get("/manage/cohorts/12").text

    assert 'href="/manage/cohorts/12/opening"' in page
    assert 'href="/manage/cohorts/12/ranking"' not in page


@pytest.mark.parametrize("address", SETUP_PAGES)
def test_a_published_call_has_no_setup(login, address):
    make_open_rfp()

    response = login(make_program_manager()).get(address)

    assert response.status_code == 409
    assert "changes only by an addendum" in response.text


@pytest.mark.parametrize("address", [page for page in FORM_PAGES if not page.endswith("dates")])
def test_saving_what_a_setup_page_shows_changes_nothing_but_the_version(login, address):
    manager = make_program_manager()
    rfp = make_draft_rfp(actor=manager)
    before = queries.snapshot_of(rfp)

    Person(login(manager)).open(address).press("Save")

    stored = db.session.get_one(Rfp, rfp.id)
    assert (queries.snapshot_of(stored), stored.version) == (before, 2)


def test_the_suggested_cohort_can_be_created_as_it_stands(login):
    client = login(make_program_manager())

    Person(client).open("/manage/cohorts/new").press("Create the cohort")

    rfp = db.session.query(Rfp).one()
    assert (rfp.cohort.number, rfp.status, rfp.award_count) == (1, RfpStatus.DRAFT, 8)
    assert "Finish the setup" in client.get("/manage/cohorts/1/setup").text


def test_a_cohort_of_which_nothing_is_copied_says_what_is_missing(login):
    manager = Person(login(make_program_manager())).open("/manage/cohorts/new")

    manager.press("Create the cohort", number="12", source="empty").sees("Its parts are empty; fill in each.")

    for missing in (
        "There is no challenge area.",
        "The official notice has no section.",
        "The proposal form asks nothing.",
    ):
        manager.sees(missing)
    manager.sees("Weights must add up to 100%. They add up to 0%.", "They add up to $0.").open(
        "/manage/cohorts/12/preview"
    )


def test_the_preview_shows_the_page_and_the_form_and_keeps_nothing(login):
    manager = make_program_manager()
    make_draft_rfp(actor=manager)
    client = login(manager)

    page = client.get("/manage/cohorts/12/preview").text
    walked = Person(client).open("/manage/cohorts/12/preview/form").sees("Pitch deck").follow("Impact on residents")
    form = walked.text
    walked.press("Save and continue", q1="Everyone.").sees("Plan and feasibility")

    assert "This is what startups will see" in page
    assert "Safer streets" in page
    assert "/apply/cohorts/12" not in page
    for label in ("Who will notice a difference, and how will you measure it?", "Up to 400 words"):
        assert label in form
    walked.open("/manage/cohorts/12/preview/form/sections/impact").does_not_see("Everyone.")


def test_a_cohort_is_built_checked_returned_and_published_by_two_people(login, client):
    manager = Person(login(make_program_manager("Priya Shah")))
    director = Person(login(make_director("Helen Novak")))
    manager.open("/manage").follow("Create a cohort").press("Create the cohort", number="12")
    manager.open("/manage/cohorts/12/setup/rubric").press("Save", weight_1="20", weight_2="30")
    manager.open("/manage/cohorts/12/setup/areas/safer-streets").press("Save", title="Safer crossings")
    manager.open("/manage/cohorts/12/preview").sees("Preview", "Safer crossings")
    manager.open("/manage/cohorts/12/publication").sees("Priya Shah", "p.m. ET").press("Send for review")
    manager.open("/manage/cohorts/12/publication").sees("someone else must publish it")
    manager.open("/manage").sees("Waiting for review")
    director.open("/manage/cohorts/12/publication").sees("Prepared by", "Priya Shah")
    director.open("/manage/cohorts/12/return").press("Return to draft", reason="Weigh impact less.")
    manager.open("/manage/cohorts/12/setup/rubric").press("Save", weight_1="25", weight_2="25")
    manager.open("/manage/cohorts/12/publication").press("Send for review")

    assert client.get("/cohorts/12").status_code == 404
    unconfirmed = director.client.post("/manage/cohorts/12/publication", data={})
    assert unconfirmed.status_code == 422
    assert "Select that you checked" in unconfirmed.text

    director.open("/manage/cohorts/12/publication").press("Publish", checked="yes")

    rfp = db.session.query(Rfp).one()
    assert rfp.status is RfpStatus.PUBLISHED
    manager.open("/manage/cohorts/12/publication").sees("Version 1", "Helen Novak")


def test_whoever_can_publish_sees_what_waits_and_the_preparer_does_not(login, clock):
    manager, rfp = make_program_manager(), make_draft_rfp()
    clock.freeze(rfp.publish_at - timedelta(hours=1))
    director, waits = login(make_director()), "Cohort 12 waits for a second person to publish it"
    assert waits not in director.get("/manage").text
    with transaction():
        services.send_for_review(rfp, actor=manager)
    assert waits in director.get("/manage").text
    assert waits not in login(manager).get("/manage").text
    assert waits not in login(make_user("Ivy Grant", StaffRole.AUDITOR)).get("/manage").text
    assert [each.color for each in queries.list_attention(make_director())] == [""]
    clock.freeze(rfp.publish_at)
    assert [each.color for each in queries.list_attention(make_director())] == ["red"]


def test_the_preparer_is_refused_the_button_too(login):
    manager = make_program_manager()
    make_draft_rfp(actor=manager)
    client = login(manager)
    Person(client).open("/manage/cohorts/12/publication").press("Send for review")

    response = client.post("/manage/cohorts/12/publication", data={"checked": "yes", "version": 1})

    assert response.status_code == 403
    assert "You prepared this RFP" in response.text


def test_publishing_asks_for_a_fresh_sign_in(app, login):
    manager = make_program_manager()
    make_draft_rfp(actor=manager)
    Person(login(manager)).open("/manage/cohorts/12/publication").press("Send for review")
    stale = login(manager).sign_in(make_director(), signed_in_ago=3600)

    for response in (
        stale.get("/manage/cohorts/12/publication"),
        stale.post("/manage/cohorts/12/publication", data={"checked": "yes", "version": 1}),
    ):
        assert response.headers["Location"].startswith("/account/confirm-it-is-you")
    assert db.session.query(Rfp).one().status is RfpStatus.IN_REVIEW
