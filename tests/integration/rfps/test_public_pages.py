"""What a visitor reads of a cohort: nothing before its publication, the frozen words from then on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pglab.awards.states import Outcome
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.rfps import services
from pglab.rfps.queries import latest_version
from tests.factories.accounts import make_program_manager, make_user
from tests.factories.awards import make_decided
from tests.factories.reviews import make_opened_rfp, make_ranked_rfp
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people, new_cohort
from tests.support.statements import counting

PAGES = [
    "/cohorts/12",
    "/cohorts/12/rfp",
    "/cohorts/12/how-we-decide",
    "/cohorts/12/proposal-questions",
    "/cohorts/12/challenges/safer-streets",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_draft_does_not_exist_for_visitors_and_founders(client, login, address):
    make_draft_rfp()

    assert client.get(address).status_code == 404
    assert login(make_user()).get(address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_staff_see_a_draft_and_read_that_it_is_not_public(login, address):
    make_draft_rfp()

    response = login(make_program_manager()).get(address)

    assert response.status_code == 200
    assert "Only City staff see this page" in response.text


@pytest.mark.parametrize("address", PAGES)
def test_everyone_reads_a_published_call(client, login, address):
    make_open_rfp()

    response = client.get(address)

    assert response.status_code == 200
    assert "Only City staff" not in response.text
    assert login(make_user()).get(address).status_code == 200


def test_an_unknown_cohort_or_challenge_is_not_found(client):
    make_open_rfp()

    assert client.get("/cohorts/99").status_code == 404
    assert client.get("/cohorts/99999999999999999999").status_code == 404
    assert client.get("/cohorts/12/challenges/nothing").status_code == 404


def test_the_cohort_page_says_what_a_founder_has_to_know(client):
    rfp = make_open_rfp()

    page = client.get("/cohorts/12").text

    for said in (
        "Safer streets",
        "Permits without paper",
        "$25,000 in 3 installments",
        "Up to 3",
        "6 days 23 hours left",
    ):
        assert said in page
    assert 'href="/apply/cohorts/12"' in page
    assert f'data-deadline="{int(rfp.closes_at.timestamp() * 1000)}"' in page


def test_after_the_deadline_nothing_can_be_started(client, clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.closes_at + timedelta(microseconds=1))

    page = client.get("/cohorts/12").text

    assert "Proposals are closed" in page
    assert "Nobody has opened them yet" in page
    assert "/apply/cohorts/12" not in page
    assert "/apply/cohorts/12" not in client.get("/cohorts/12/proposal-questions").text
    assert "No cohort is open" in client.get("/").text


def test_at_the_deadline_itself_it_is_still_open(client, clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.closes_at)

    page = client.get("/cohorts/12").text

    assert "/apply/cohorts/12" in page
    assert "less than a minute left" in page


def test_the_notice_carries_version_hash_rubric_questions_and_installments(client):
    rfp = make_open_rfp()
    version = latest_version(rfp.id)

    page = client.get("/cohorts/12/rfp").text

    assert "Version 1" in page
    assert version.sha256[:4] in page
    assert version.sha256.replace(" ", "") in page.replace(" ", "").replace("\n", "")
    for said in ("Fit with the challenge", "Not addressed", "Up to 400 words.", "Pitch deck", "$15,000.00", "100%"):
        assert said in page
    for place in range(1, 12):
        assert f'href="#section-{place}"' in page
        assert f'id="section-{place}"' in page


def test_the_front_page_has_one_open_call_and_is_honest_without_one(client):
    assert "No cohort is open" in client.get("/").text

    make_open_rfp()

    page = client.get("/").text
    assert "See the open cohort" in page
    assert 'href="/cohorts/12"' in page


def test_the_list_is_honest_when_empty_and_sends_the_same_number_of_statements(client):
    assert "No cohort is published yet" in client.get("/cohorts").text
    make_open_rfp(number=12)
    with counting() as for_one:
        assert client.get("/cohorts").text.count("<li>") >= 1
    make_open_rfp(number=13)
    make_open_rfp(number=14)
    with counting() as for_three:
        page = client.get("/cohorts").text

    assert len(for_three) == len(for_one)
    assert page.index("Cohort 14") < page.index("Cohort 13") < page.index("Cohort 12")


@pytest.mark.parametrize("address", PAGES)
def test_a_published_page_needs_few_statements(client, address):
    make_open_rfp()
    db.session.expire_all()
    with counting() as statements:
        client.get(address)

    assert len(statements) <= 3, statements


def test_a_published_call_shows_from_its_publication_date_on(client, login, clock):
    manager, director = make_program_people()
    soon = official_now() + timedelta(days=1)
    with transaction():
        rfp = services.create_cohort(replace(new_cohort(), publish_at=soon), actor=manager)
    with transaction():
        services.send_for_review(rfp, actor=manager)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=director)

    assert client.get("/cohorts/12").status_code == 404
    assert "Cohort 12" not in client.get("/cohorts").text + client.get("/").text
    staff = login(manager).get("/cohorts/12").text
    assert "Opens soon" in staff
    assert "/apply/cohorts/12" not in staff

    clock.freeze(soon)
    assert "Start a proposal" in client.get("/cohorts/12").text


def test_public_pages_may_be_kept_by_caches_and_rechecked(client):
    make_open_rfp()

    assert client.get("/cohorts/12").headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_while_it_is_scored_the_page_says_when_results_come(client, clock):
    make_opened_rfp(clock)

    page = client.get("/cohorts/12").text

    assert "A panel is scoring them against the published rubric" in page
    assert "Results are posted on or after" in page


def test_once_decided_the_page_leads_to_the_awards(client, clock):
    rfp, proposals, _members = make_ranked_rfp(clock, [[4, 4], [2, 2]])
    make_decided(rfp, dict(zip(proposals, (Outcome.AWARD, Outcome.DECLINE), strict=True)))

    page = client.get("/cohorts/12").text

    assert "The results are public" in page
    assert 'href="/cohorts/12/awards"' in page
    assert "/apply/cohorts/12" not in page
