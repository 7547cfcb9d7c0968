"""Seats, declarations, decisions about “not sure”, late recusal."""

import pytest

from pglab.accounts.models import MemberRole, Membership
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, NotFoundError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.proposals.services.readers import find_live_grant
from pglab.reviews import queries, services
from pglab.reviews.states import ConflictAnswer, SheetStatus
from pglab.rfps.queries import list_criteria
from tests.factories import keep
from tests.factories.accounts import (
    make_director,
    make_organization,
    make_program_manager,
    make_user,
)
from tests.factories.proposals import make_submitted_proposal, open_all
from tests.factories.reviews import (
    CONFLICT,
    NONE,
    UNSURE,
    declare,
    finish,
    make_opened_rfp,
    make_panel,
    make_ranked_rfp,
    open_panel,
    sign,
)
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")
FIVE = [4, 4, 4, 4, 4]


def notices(kind: str) -> list[Notice]:
    return [notice for notice in db.session.query(Notice).all() if notice.kind == kind]


def seat(rfp, email, actor=None):
    with transaction():
        return services.seat_evaluator(rfp, email=email, actor=actor or make_program_manager())


def test_the_panel_is_asked_to_declare_when_the_proposals_are_opened(clock):
    rfp = make_open_rfp()
    make_submitted_proposal(rfp)
    (accepted,) = make_panel(rfp, "Avery Chen")
    invited = seat(rfp, make_user("Bianca Ortiz").email)

    open_all(rfp, *make_program_people(), clock)

    told = {notice.user_id: notice for notice in notices("declare_conflicts")}
    assert told.keys() == {accepted.user_id, invited.user_id}
    assert told[accepted.user_id].subject == "Action needed: declare conflicts before you start (Cohort 12)"
    assert "/review/cohorts/12/conflicts" in told[accepted.user_id].body_text
    assert "Accept your seat on the panel first." in told[invited.user_id].body_text


def test_a_seat_is_given_offered_and_accepted():
    rfp, person = make_open_rfp(), make_user("Avery Chen")

    member = seat(rfp, person.email.upper())

    (notice,) = notices("evaluator_invited")
    assert notice.subject == "Will you score PGH Lab proposals? (Cohort 12)"
    assert (notice.user_id, member.accepted_at) == (person.id, None)
    with transaction():
        services.accept_seat(member, actor=person)
    assert member.accepted_at is not None
    with pytest.raises(StateError):
        services.accept_seat(member, actor=person)


def test_seats_are_refused_with_the_reason():
    rfp, manager = make_open_rfp(), make_program_manager()
    seated = make_user("Avery Chen")
    seat(rfp, seated.email, manager)
    second_account = make_user("Avery C.")
    second_account.person_id = seated.person_id
    founder = make_user("Fern Founder")
    make_organization(founder)
    db.session.refresh(founder)
    asleep = make_user("Una Confirmed")
    asleep.confirmed_at = None
    refused = {
        "nobody@example.org": "No confirmed account",
        asleep.email: "No confirmed account",
        seated.email: "already has a seat",
        second_account.email: "already has a seat",
        founder.email: "can’t score",
        make_director().email: "can’t score",
        make_program_manager().email: "can’t score",
    }

    for email, sentence in refused.items():
        with pytest.raises(RuleError, match=sentence) as refusal, transaction():
            services.seat_evaluator(rfp, email=email, actor=manager)
        assert refusal.value.field == "email"
    with pytest.raises(AccessDeniedError), transaction():
        services.seat_evaluator(rfp, email=make_user().email, actor=make_director())
    with pytest.raises(StateError, match="published"), transaction():
        services.seat_evaluator(make_draft_rfp(13), email=make_user().email, actor=manager)


def test_nothing_is_declared_before_the_opening_and_no_proposal_is_listed():
    rfp = make_open_rfp()
    (member,) = make_panel(rfp, "Avery Chen")

    assert queries.list_declaration_rows(member) == []
    with pytest.raises(StateError, match="sealed"), transaction():
        services.declare_conflicts(member, {}, actor=member.user)


def test_declaring_opens_shuts_or_waits(clock):
    rfp, (fine, bad, odd) = make_opened_rfp(clock, 3)
    (member,) = make_panel(rfp, "Avery Chen")
    manager = make_program_manager()

    declare(member, {bad: CONFLICT, odd: UNSURE})

    assert [find_live_grant(p, member.user) is not None for p in (fine, bad, odd)] == [True, False, False]
    assert queries.get_assignment(fine.reference, viewer=member.user)[1].proposal == fine
    for proposal in (bad, odd):
        with pytest.raises(AccessDeniedError):
            queries.get_assignment(proposal.reference, viewer=member.user)
    assert "Conflict to decide: 1 proposal (Cohort 12)" in {n.subject for n in notices("conflicts_declared")}
    assert manager.id in {n.user_id for n in notices("conflicts_declared")}


def test_every_applicant_needs_an_answer_and_a_note_unless_none(clock):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    (member,) = make_panel(rfp, "Avery Chen")

    with pytest.raises(RuleError, match="1 is missing"), transaction():
        services.declare_conflicts(member, {one.id: NONE}, actor=member.user)
    blank = services.Declared(ConflictAnswer.UNSURE)
    with pytest.raises(RuleError) as refusal, transaction():
        services.declare_conflicts(member, {one.id: NONE, two.id: blank}, actor=member.user)
    assert refusal.value.field == f"note-{two.reference}"
    assert find_live_grant(one, member.user) is None


def test_members_of_the_applicant_cannot_say_no_conflict(clock):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    (member,) = make_panel(rfp, "Avery Chen")

    keep(Membership(organization=one.organization, user=member.user, role=MemberRole.VIEWER))
    db.session.refresh(member.user)

    with pytest.raises(RuleError, match="You belong to"), transaction():
        services.declare_conflicts(member, {one.id: NONE, two.id: NONE}, actor=member.user)


@pytest.mark.parametrize("may_score", [True, False])
def test_a_program_manager_settles_not_sure(clock, may_score):
    rfp, (one,) = make_opened_rfp(clock, 1)
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member, {one: UNSURE})
    declaration = queries.get_pending_declaration(rfp, member.id, one.reference)

    with pytest.raises(RuleError), transaction():
        services.decide_unsure(declaration, may_score=may_score, reason="", actor=make_program_manager())
    with pytest.raises(AccessDeniedError), transaction():
        services.decide_unsure(declaration, may_score=may_score, reason="Fine", actor=make_director())
    with transaction():
        services.decide_unsure(declaration, may_score=may_score, reason="Never met", actor=make_program_manager())

    assert (find_live_grant(one, member.user) is not None) is may_score
    with pytest.raises(NotFoundError):
        queries.get_pending_declaration(rfp, member.id, one.reference)
    with pytest.raises(StateError), transaction():
        services.decide_unsure(declaration, may_score=True, reason="Again", actor=make_program_manager())
    assert [n.user_id for n in notices("conflict_decided")] == [member.user_id]


def test_late_recusal_ends_access_voids_the_sheet_and_changes_the_total(clock):
    rfp, (one,), (avery, bianca) = make_ranked_rfp(clock, [[1, 5]])
    before = queries.official_ranking(rfp, list_criteria(rfp.id))[0]

    with pytest.raises(RuleError), transaction():
        services.recuse(avery, one, note="", actor=avery.user)
    with transaction():
        services.recuse(avery, one, note="I learned that my sister works there.", actor=avery.user)

    after = queries.official_ranking(rfp, list_criteria(rfp.id))[0]
    assert (before.score, before.sheets) == (60, 2)
    assert (after.score, after.sheets) == (100, 1)
    sheet = queries.find_sheet(avery, one)
    assert sheet.status is SheetStatus.VOID
    assert {score.points for score in queries.scores_by_criterion(sheet).values()} == {1}
    assert find_live_grant(one, avery.user) is None
    with pytest.raises(AccessDeniedError):
        queries.get_assignment(one.reference, viewer=avery.user)
    with pytest.raises(StateError), transaction():
        services.recuse(avery, one, note="Again", actor=avery.user)
    with pytest.raises(AccessDeniedError), transaction():
        services.recuse(bianca, one, note="For them", actor=avery.user)


def test_panel_stage_waits_for_a_sheet_on_each_proposal_and_a_reason_for_gaps(clock):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    avery, bianca = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    declare(avery)
    finish(avery, one, FIVE[: len(FIVE)])
    sign(avery)

    with pytest.raises(RuleError, match=two.organization.legal_name):
        open_panel(rfp, reason="No time")
    finish(avery, two, FIVE)
    sign(avery)
    with pytest.raises(RuleError, match="Enter why") as refusal:
        open_panel(rfp)
    assert refusal.value.field == "reason"
    with pytest.raises(AccessDeniedError):
        open_panel(rfp, reason="x", manager=make_director())
    open_panel(rfp, reason="Bianca is ill")
    assert rfp.panel_opened_at is not None
    with pytest.raises(StateError):
        open_panel(rfp, reason="Again")
    with pytest.raises(GoneError), transaction():
        services.declare_conflicts(bianca, {one.id: NONE, two.id: NONE}, actor=bianca.user)
    with pytest.raises(StateError, match="complete"):
        seat(rfp, make_user().email)


def test_recused_everywhere_leaves_a_proposal_without_score(clock):
    rfp, (one,), (avery,) = make_ranked_rfp(clock, [[4]])

    with transaction():
        services.recuse(avery, one, note="Found out today", actor=avery.user)

    (line,) = queries.official_ranking(rfp, list_criteria(rfp.id))
    assert (line.place, line.score, line.sheets, line.shown_score) == ("", None, 0, "")
