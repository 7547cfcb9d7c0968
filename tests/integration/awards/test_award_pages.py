"""Decisions over HTTP: prepared, asked for, released, read and answered."""

import re

import pytest

from pglab.awards import queries, services
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.db import transaction
from tests.factories.accounts import make_director, make_editor, make_finance_officer, make_program_manager, make_user
from tests.factories.awards import decide, make_decided
from tests.factories.proposals import representative_of
from tests.factories.reviews import make_ranked_rfp
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")
HERE = "/manage/cohorts/12/decisions"
AWARD, RESERVE, DECLINE = Outcome.AWARD, Outcome.RESERVE, Outcome.DECLINE


@pytest.fixture
def panel(clock):
    return make_ranked_rfp(clock, [[5, 4], [3, 3]])


def posted(page, rfp, outcomes, feedback="A strong plan, thin evidence.") -> dict[str, str]:
    data = {"seen": re.search(r'name="seen" value="(\w+)"', page.text)[1]}
    for proposal, outcome in outcomes.items():
        data[f"outcome-{proposal.reference}"] = outcome.value
        data[f"feedback-{proposal.reference}"] = feedback
    return data


def test_the_whole_way_of_a_decision(panel, login):
    rfp, (one, two), _members = panel
    first, second = login(make_program_manager()), login(make_director())
    page = first.get(HERE)
    assert "90.0" in page.text
    assert "4.5 of 5." in page.text
    assert first.post(HERE, data=posted(page, rfp, {one: AWARD, two: DECLINE})).status_code == 303
    assert "1 × $25,000 = $25,000 of $75,000" in first.get(HERE).text
    founder = login(representative_of(one.organization))
    there = f"/apply/proposals/{one.reference}/decision"
    assert founder.get(there).status_code == 404

    assert first.get(f"{HERE}/request").status_code == 200
    assert first.post(f"{HERE}/request").status_code == 303
    assert "someone else must release" in first.get(f"{HERE}/release").text
    release = second.get(f"{HERE}/release")
    data = {"sha256": re.search(r'name="sha256" value="(\w+)"', release.text)[1]}
    assert second.post(f"{HERE}/release", data=data).status_code == 422
    assert second.post(f"{HERE}/release", data=data | {"checked": "yes"}).status_code == 303

    page = founder.get(there)
    assert "Your proposal is selected" in page.text
    assert "A strong plan, thin evidence." in page.text
    assert "90.0 of 100" in page.text
    assert "Avery" not in page.text
    assert founder.get(f"/apply/proposals/{one.reference}/award-response").status_code == 200
    assert founder.post(f"/apply/proposals/{one.reference}/award-response", data={"answer": "?"}).status_code == 422
    answer = {"answer": "accept"}
    assert founder.post(f"/apply/proposals/{one.reference}/award-response", data=answer).status_code == 303
    assert queries.read_board(rfp).decisions[one.id].status is DecisionStatus.ACCEPTED
    assert "You accepted the award" in founder.get(there).text
    again = founder.post(f"/apply/proposals/{one.reference}/award-response", data={"answer": "decline"})
    assert again.status_code == 409
    other = login(representative_of(two.organization))
    assert "not selected" in other.get(f"/apply/proposals/{two.reference}/decision").text
    assert other.get(f"/apply/proposals/{two.reference}/award-response").status_code == 404
    assert other.get(there).status_code == 404


def test_refusals_stand_beside_their_field_and_keep_the_text(panel, login):
    rfp, (one, two), _members = panel
    client = login(make_program_manager())
    page = client.get(HERE)

    named = client.post(HERE, data=posted(page, rfp, {one: AWARD, two: DECLINE}, "Avery Chen liked it."))
    assert named.status_code == 422
    assert "contains an evaluator’s name: Avery Chen" in named.text
    assert "Avery Chen liked it." in named.text
    data = posted(page, rfp, {one: AWARD, two: DECLINE})
    del data[f"outcome-{two.reference}"]
    unfinished = client.post(HERE, data=data)
    assert unfinished.status_code == 422
    assert f"Select a decision for {two.organization.legal_name}" in unfinished.text
    assert queries.read_board(rfp).decisions == {}


def test_a_stale_board_is_not_saved(panel, login):
    rfp, (one, two), _members = panel
    client = login(make_program_manager())
    old = posted(client.get(HERE), rfp, {one: AWARD, two: DECLINE})
    decide(rfp, {one: RESERVE}, actor=make_program_manager())

    assert client.post(HERE, data=old).status_code == 409
    assert queries.read_board(rfp).decisions[one.id].outcome is RESERVE


def test_who_may_open_which_page(panel, login):
    rfp, (one, two), (avery, _bianca) = panel
    decide(rfp, {one: AWARD, two: DECLINE}, actor=make_program_manager())
    for person in (make_finance_officer(), avery.user, make_user(), representative_of(one.organization)):
        client = login(person)
        for url in (HERE, f"{HERE}/request", f"{HERE}/release", "/manage/cohorts/12/ranking"):
            assert client.get(url).status_code == 403
        assert client.get(f"/apply/proposals/{one.reference}/decision").status_code == 404
        assert client.get(f"/apply/proposals/{one.reference}/award-response").status_code == 404
    assert login(make_director()).post(HERE, data={}).status_code == 403
    assert login(make_program_manager()).get(f"{HERE}/release").status_code == 404


def test_asking_and_releasing_need_a_fresh_sign_in(panel, app, login):
    client = login(make_program_manager()).sign_in(make_program_manager(), signed_in_ago=3600)

    for url in (f"{HERE}/request", f"{HERE}/release"):
        assert client.get(url).status_code == 303
        assert client.post(url, data={"checked": "yes"}).status_code == 303


def test_editors_read_but_do_not_answer(panel, login):
    rfp, (one, two), _members = panel
    make_decided(rfp, {one: AWARD, two: DECLINE})
    editor = make_editor(one.organization, "Lee Editor")
    client = login(editor)

    assert client.get(f"/apply/proposals/{one.reference}/decision").status_code == 200
    assert client.get(f"/apply/proposals/{one.reference}/award-response").status_code == 403


def test_an_award_waits_on_the_first_page_until_it_is_answered(panel, login):
    rfp, (one, two), _members = panel
    chosen, other = representative_of(one.organization), representative_of(two.organization)
    editor = make_editor(one.organization)
    words = "Accept or decline your award"
    assert words not in login(chosen).get("/apply").text
    make_decided(rfp, {one: AWARD, two: DECLINE})

    assert words in login(chosen).get("/apply").text
    for person in (other, editor):
        assert words not in login(person).get("/apply").text
    with transaction():
        services.accept_award(queries.get_decision(one.reference, viewer=chosen), actor=chosen)
    assert words not in login(chosen).get("/apply").text


def test_the_release_page_takes_the_same_statements_for_one_and_three(clock, login):
    counts = []
    for number, size in ((12, 1), (13, 3)):
        rfp, proposals, _members = make_ranked_rfp(clock, [[4]] * size, number=number)
        decide(rfp, dict.fromkeys(proposals, RESERVE), actor=make_program_manager())
        client = login(make_program_manager())
        with counting() as statements:
            assert client.get(f"/manage/cohorts/{number}/decisions/request").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
