"""Score sheets through the services, and what the database itself refuses to the application's role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError, StateError
from pglab.reviews import queries, services
from pglab.reviews.models import ScoreChange
from pglab.reviews.states import SheetStatus
from pglab.rfps.queries import list_criteria
from tests.factories.reviews import (
    CONFLICT,
    declare,
    finish,
    given,
    make_opened_rfp,
    make_panel,
    make_ranked_rfp,
    open_panel,
    save,
    sign,
)

pytestmark = pytest.mark.usefixtures("rolled_back")


@pytest.fixture
def desk(clock):
    """One evaluator who may score one proposal."""
    rfp, (proposal,) = make_opened_rfp(clock, 1)
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member)
    return member, proposal, len(list_criteria(rfp.id))


def test_draft_final_changed_again_signed(desk):
    member, proposal, size = desk

    save(member, proposal, [3] * (size - 1) + [None])
    with pytest.raises(RuleError, match="Select a score for"), transaction():
        services.mark_final(member, proposal, actor=member.user)
    save(member, proposal, [3] * size)
    with transaction():
        sheet = services.mark_final(member, proposal, actor=member.user)
    assert sheet.status is SheetStatus.FINAL
    with pytest.raises(StateError, match="Change again"):
        save(member, proposal, [4] * size)
    with transaction():
        services.change_again(member, proposal, actor=member.user)
    finish(member, proposal, [4] * size)
    sign(member)
    assert (sheet.status, sheet.signed_at is not None) == (SheetStatus.SIGNED, True)
    for act in (services.change_again, services.mark_final):
        with pytest.raises(StateError), transaction():
            act(member, proposal, actor=member.user)
    with pytest.raises(StateError), transaction():
        services.sign_sheets(member, actor=member.user)


def test_every_value_of_a_score_is_kept(desk):
    member, proposal, size = desk

    save(member, proposal, [1] * size)
    save(member, proposal, [1] * (size - 1) + [2])
    save(member, proposal, [1] * (size - 1) + [None], "A clear plan.")

    last = list_criteria(proposal.rfp_id)[-1]
    score = queries.scores_by_criterion(queries.find_sheet(member, proposal))[last.id]
    kept = db.session.query(ScoreChange).filter_by(score_id=score.id).order_by(ScoreChange.changed_at).all()
    assert sorted((change.points is None, change.points or 0) for change in kept) == [(False, 1), (False, 2), (True, 0)]


def test_an_explanation_is_asked_for_each_criterion(desk):
    member, proposal, size = desk
    save(member, proposal, [2] * size, words="")

    with pytest.raises(RuleError, match="Explain your score for"), transaction():
        services.mark_final(member, proposal, actor=member.user)


def test_a_stale_screen_is_told(desk):
    member, proposal, size = desk
    save(member, proposal, [2] * size)

    for stale in (0, 2):
        with pytest.raises(services.ChangedMeanwhileError), transaction():
            services.save_scores(member, proposal, given(member.rfp, [5] * size), version=stale, actor=member.user)
    assert {s.points for s in queries.scores_by_criterion(queries.find_sheet(member, proposal)).values()} == {2}


@pytest.mark.parametrize("points", [-1, 6])
def test_points_outside_the_scale_are_refused(desk, points):
    member, proposal, size = desk

    with pytest.raises(RuleError, match="0 to 5"):
        save(member, proposal, [points] * size)


def test_only_the_evaluator_scores_and_only_after_declaring(clock):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    avery, bianca = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    size = len(list_criteria(rfp.id))
    with pytest.raises(AccessDeniedError):
        save(avery, one, [3] * size)
    declare(avery, {one: CONFLICT})
    with pytest.raises(AccessDeniedError):
        save(avery, one, [3] * size)
    with pytest.raises(AccessDeniedError), transaction():
        services.save_scores(avery, two, given(rfp, [3] * size), version=0, actor=bianca.user)


def test_nobody_scores_after_the_panel_stage_opened(clock):
    rfp, (one,), _avery = make_ranked_rfp(clock, [[4]], panel=False)
    (bianca,) = make_panel(rfp, "Bianca Ortiz")
    declare(bianca)
    finish(bianca, one, [1] * len(list_criteria(rfp.id)))
    open_panel(rfp, reason="Bianca did not sign")

    with pytest.raises(GoneError):
        sign(bianca)
    (line,) = queries.official_ranking(rfp, list_criteria(rfp.id))
    assert (line.score, line.sheets) == (80, 1)


def test_the_database_itself_keeps_signed_sheets_and_declarations(clock):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    avery, bianca = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    declare(avery)
    declare(bianca, {two: CONFLICT})
    size = len(list_criteria(rfp.id))
    finish(avery, one, [3] * size)
    sign(avery)
    sheet = queries.find_sheet(avery, one)
    criterion = list_criteria(rfp.id)[0]
    values = {
        "sheet": sheet.id, "member": bianca.id, "proposal": two.id, "criterion": criterion.id, "new": avery.id,
    }  # fmt: skip
    for statement in (
        "UPDATE scores SET points = 5 WHERE sheet_id = :sheet",
        "UPDATE score_sheets SET status = 'draft' WHERE id = :sheet",
        "DELETE FROM scores WHERE sheet_id = :sheet",
        "DELETE FROM score_sheets WHERE id = :sheet",
        "UPDATE conflict_declarations SET answer = 'none' WHERE member_id = :member",
        "DELETE FROM conflict_declarations WHERE member_id = :member",
        "INSERT INTO score_sheets (id, member_id, proposal_id, status, version)"
        " VALUES (:new, :member, :proposal, 'draft', 1)",
        "INSERT INTO conflict_declarations (id, member_id, proposal_id, number, answer, note, declared_at)"
        " VALUES (:new, :member, :proposal, 2, 'none', '', now())",
        "INSERT INTO scores (id, sheet_id, criterion_id, points, explanation)"
        " VALUES (:new, :sheet, :criterion, 9, 'x')",
        "UPDATE score_changes SET points = 5",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement), values)
