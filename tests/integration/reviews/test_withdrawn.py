"""A proposal withdrawn after the opening is not declared on, scored, ranked or decided any more."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.awards import queries as award_queries
from pglab.awards import services as award_services
from pglab.awards.states import Outcome
from pglab.core.db import db, transaction
from pglab.core.errors import GoneError, RuleError
from pglab.proposals import services as proposal_services
from pglab.reviews import queries
from pglab.rfps.queries import list_criteria
from tests.factories.accounts import make_director
from tests.factories.awards import decide, release
from tests.factories.proposals import representative_of
from tests.factories.reviews import UNSURE, declare, finish, make_opened_rfp, make_panel, make_ranked_rfp, save, sign
from tests.factories.rfps import make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def threes(rfp):
    return [3] * len(list_criteria(rfp.id))


def withdraw(proposal):
    with transaction():
        proposal_services.withdraw_proposal(proposal, seen=1, actor=representative_of(proposal.organization))


def test_it_leaves_the_desk_with_every_count(login, clock):
    rfp, (stays, gone) = make_opened_rfp(clock)
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member)
    save(member, gone, threes(rfp))
    before = queries.desk_line(member)
    withdraw(gone)

    after = queries.desk_line(member)

    assert (before.assigned, before.draft, before.undeclared) == (2, 1, 0)
    assert (after.assigned, after.draft, after.undeclared) == (1, 0, 0)
    assert [work.proposal for work in queries.list_own_work(member, list_criteria(rfp.id))] == [stays]
    page = login(member.user).get(f"/review/proposals/{gone.reference}")
    assert (page.status_code, "withdrew this proposal" in page.text) == (410, True)
    with pytest.raises(GoneError, match="no longer scored"):
        finish(member, gone, threes(rfp))


def test_what_is_final_on_it_is_not_signed_and_nothing_waits_for_a_decision(clock):
    rfp, (stays, gone) = make_opened_rfp(clock)
    first, second = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    declare(first)
    declare(second, {gone: UNSURE})
    for proposal in (stays, gone):
        finish(first, proposal, threes(rfp))
    withdraw(gone)

    sign(first)

    statuses = {proposal.reference: queries.find_sheet(first, proposal).status for proposal in (stays, gone)}
    assert statuses == {stays.reference: "signed", gone.reference: "final"}
    assert queries.count_missing(queries.list_progress(rfp)).unsure == 0
    assert queries.list_unscored(rfp) == []


def test_the_database_takes_no_sheet_and_no_declaration_on_it(clock):
    rfp, (_stays, gone) = make_opened_rfp(clock)
    first, _second = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    declare(first)
    save(first, gone, threes(rfp))
    withdraw(gone)

    for statement in (
        "UPDATE score_sheets SET version = version + 1",
        "INSERT INTO conflict_declarations (id, member_id, proposal_id, number, answer, note, declared_at)"
        " SELECT gen_random_uuid(), id, :gone, 1, 'none', '', official_now() FROM panel_members WHERE id <> :first",
    ):
        with pytest.raises(DBAPIError, match="taken back"), db.session.begin_nested():
            db.session.execute(text(statement), {"gone": gone.id, "first": first.id})


def test_it_is_not_ranked_or_decided_and_its_award_is_free_again(clock):
    rfp, (stays, gone), _members = make_ranked_rfp(clock, [[3], [4]])
    manager, _ = make_program_people()
    decide(rfp, {stays: Outcome.DECLINE, gone: Outcome.AWARD}, actor=manager)
    withdraw(gone)

    board = award_queries.read_board(rfp)

    assert [line.reference for line in board.ranked] == [stays.reference]
    assert (board.awards, list(board.decisions)) == (0, [stays.id])
    with pytest.raises(RuleError, match="not part of this RFP"):
        decide(rfp, {gone: Outcome.DECLINE}, actor=manager)
    decide(rfp, {stays: Outcome.DECLINE}, actor=manager)  # its place has changed
    release(rfp, first=manager, second=make_director("Second Director"))
    assert award_services.queries.count_scored(rfp) == 1
    with pytest.raises(DBAPIError, match="taken back"), db.session.begin_nested():
        db.session.execute(text("UPDATE decisions SET feedback = 'x' WHERE proposal_id = :id"), {"id": gone.id})


def test_once_the_decisions_are_released_nothing_is_withdrawn(clock):
    rfp, (one, other), _members = make_ranked_rfp(clock, [[3], [4]])
    manager, director = make_program_people()
    decide(rfp, {one: Outcome.AWARD, other: Outcome.DECLINE}, actor=manager)
    release(rfp, first=manager, second=director)

    with pytest.raises(GoneError, match="decisions are released"):
        withdraw(one)
