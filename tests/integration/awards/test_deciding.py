"""Decisions, their release by two people, and the startup's answer."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership
from pglab.awards import queries, services
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.reviews.services import recuse
from tests.factories import keep
from tests.factories.accounts import make_director, make_organization, make_program_manager, make_user
from tests.factories.awards import decide, make_accepted_award, make_decided, release
from tests.factories.proposals import representative_of
from tests.factories.reviews import make_opened_rfp, make_ranked_rfp
from tests.factories.rfps import make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")
AWARD, RESERVE, DECLINE = Outcome.AWARD, Outcome.RESERVE, Outcome.DECLINE


@pytest.fixture
def panel(clock):
    """Four ranked proposals: 100, 80, 80, 20."""
    rfp, proposals, members = make_ranked_rfp(clock, [[5, 5], [4, 4], [3, 5], [1, 1]])
    return rfp, proposals, members


def ready(proposals):
    one, two, three, four = proposals
    return {one: AWARD, two: AWARD, three: RESERVE, four: DECLINE}


def test_decisions_keep_place_and_exact_score(panel):
    rfp, proposals, _members = panel

    decide(rfp, ready(proposals), actor=make_program_manager())

    board = queries.read_board(rfp)
    kept = {d.proposal.reference: (d.rank, Fraction(d.score), d.status.value) for d in board.decisions.values()}
    assert [kept[p.reference] for p in proposals] == [
        ("1", 100, "pending"),
        ("2=", 80, "pending"),
        ("2=", 80, "pending"),
        ("4", 20, "pending"),
    ]
    assert (board.awards, board.cost_cents, board.problems) == (2, 50_000_00, [])


def test_setting_is_refused_with_the_reason(panel, clock):
    rfp, (one, two, three, four), _members = panel
    manager = make_program_manager()

    with pytest.raises(RuleError, match="announced 3"):
        decide(rfp, dict.fromkeys((one, two, three, four), AWARD), actor=manager)
    with pytest.raises(RuleError, match="evaluator’s name") as refusal:
        decide(rfp, {one: AWARD}, actor=manager, feedback="Bianca Ortiz found it strong.")
    assert refusal.value.field == f"feedback-{one.reference}"
    with pytest.raises(AccessDeniedError):
        decide(rfp, {one: AWARD}, actor=make_director())
    other, (foreign,) = make_opened_rfp(clock, 1, number=13)
    with pytest.raises(RuleError, match="not part of"):
        decide(rfp, {foreign: DECLINE}, actor=manager)
    with pytest.raises(StateError, match="panel stage"):
        decide(other, {foreign: DECLINE}, actor=manager)
    with pytest.raises(StateError, match="saved decisions since"), transaction():
        services.set_decisions(rfp, {}, seen="old", actor=manager)
    assert queries.read_board(rfp).decisions == {}


def test_an_award_needs_a_signed_sheet(clock):
    rfp, (one,), (avery,) = make_ranked_rfp(clock, [[4]])
    with transaction():
        recuse(avery, one, note="Found out", actor=avery.user)

    with pytest.raises(RuleError, match="no signed score sheet"):
        decide(rfp, {one: AWARD}, actor=make_program_manager())


def test_release_tells_everyone_at_once_in_the_same_words(panel):
    rfp, proposals, _members = panel
    extra = make_user("Lee Okafor")
    keep(Membership(organization=proposals[3].organization, user=extra, role=MemberRole.VIEWER))
    first, second = make_program_people()
    decide(rfp, ready(proposals), actor=first)

    done = release(rfp, first=first, second=second)

    sent = db.session.query(Notice).filter_by(kind="decision_ready").all()
    people = {representative_of(p.organization).id for p in proposals} | {extra.id}
    assert {n.user_id for n in sent} == people
    assert {n.subject.partition("(")[0] for n in sent} == {"Your PGH Lab decision is ready "}
    assert len({n.body_text.replace(n.about, "REF") for n in sent}) == 1
    assert max(n.created_at for n in sent) - min(n.created_at for n in sent) < timedelta(minutes=1)
    assert {d.status for d in queries.read_board(rfp).decisions.values()} == {DecisionStatus.RELEASED}
    assert rfp.decided_at == done.released_at
    with pytest.raises(StateError):
        decide(rfp, {proposals[0]: DECLINE}, actor=first)


def test_release_is_refused_until_all_is_ready(panel):
    rfp, (one, two, three, four), _members = panel
    first, second = make_program_people()

    decide(rfp, {one: AWARD}, actor=first)
    with pytest.raises(RuleError, match="3 proposals without a decision"), transaction():
        services.ask_release(rfp, actor=first)
    decide(rfp, ready((one, two, three, four)), actor=first, feedback="")
    with pytest.raises(RuleError, match="4 debriefs not written"), transaction():
        services.ask_release(rfp, actor=first)
    decide(rfp, ready((one, two, three, four)), actor=first)
    with pytest.raises(StateError, match="Nobody has asked"), transaction():
        services.release_decisions(rfp, sha256="", actor=second)
    with pytest.raises(AccessDeniedError), transaction():
        services.ask_release(rfp, actor=second)


def test_release_takes_two_people_and_exactly_what_was_asked_for(panel):
    rfp, proposals, (avery, *_rest) = panel
    first, second = make_program_people()
    decide(rfp, ready(proposals), actor=first)
    with transaction():
        asked = services.ask_release(rfp, actor=first)
    with pytest.raises(StateError, match="already been asked"), transaction():
        services.ask_release(rfp, actor=first)
    same_human = make_program_manager("Paula again")
    with transaction():
        same_human.person_id = first.person_id
    for one_person in (first, same_human):
        with pytest.raises(RuleError, match="someone else"), transaction():
            services.release_decisions(rfp, sha256=asked.sha256, actor=one_person)
    with pytest.raises(StateError, match="changed since"), transaction():
        services.release_decisions(rfp, sha256="0" * 64, actor=second)

    old = asked.sha256
    decide(rfp, {proposals[3]: RESERVE}, actor=first)
    with pytest.raises(StateError, match="changed since"), transaction():
        services.release_decisions(rfp, sha256=old, actor=second)
    with transaction():
        recuse(avery, proposals[3], note="Found out", actor=avery.user)
    with transaction():
        recuse(avery, proposals[2], note="Found out", actor=avery.user)
    with pytest.raises(RuleError, match="ranking has changed"), transaction():
        services.ask_release(rfp, actor=first)
    decide(rfp, ready(proposals), actor=first)
    release(rfp, first=first, second=second)
    assert rfp.decided_at is not None


def test_before_release_the_startup_finds_no_decision(panel):
    rfp, proposals, _members = panel
    founder = representative_of(proposals[0].organization)
    decide(rfp, ready(proposals), actor=make_program_manager())

    with pytest.raises(NotFoundError):
        queries.get_decision(proposals[0].reference, viewer=founder)
    assert queries.list_awards(rfp) == []
    assert queries.get_decision(proposals[0].reference, viewer=make_program_manager()).outcome is AWARD


def test_a_representative_accepts_or_declines_once(panel):
    rfp, proposals, _members = panel
    make_decided(rfp, ready(proposals))

    accepted = make_accepted_award(rfp, proposals[0])

    founder = representative_of(proposals[1].organization)
    declined = queries.get_decision(proposals[1].reference, viewer=founder)
    with transaction():
        services.decline_award(declined, actor=founder)
    assert (accepted.status, declined.status) == (DecisionStatus.ACCEPTED, DecisionStatus.DECLINED)
    assert accepted.answered_by_id == representative_of(proposals[0].organization).id
    with pytest.raises(StateError), transaction():
        services.accept_award(declined, actor=founder)
    reserve = queries.get_decision(proposals[2].reference, viewer=representative_of(proposals[2].organization))
    with pytest.raises(StateError, match="no award"), transaction():
        services.accept_award(reserve, actor=representative_of(proposals[2].organization))
    assert [d.proposal for d in queries.list_awards(rfp)] == sorted(proposals[:2], key=lambda p: p.reference)
    assert len(db.session.query(Notice).filter_by(kind="award_answered").all()) >= 2


def test_only_representatives_answer(panel):
    rfp, proposals, _members = panel
    make_decided(rfp, ready(proposals))
    founder = representative_of(proposals[0].organization)
    decision = queries.get_decision(proposals[0].reference, viewer=founder)
    stranger = make_user("Sly Stranger")
    make_organization(stranger)

    for person in (stranger, make_program_manager()):
        with pytest.raises(AccessDeniedError), transaction():
            services.accept_award(decision, actor=person)


def test_the_database_itself_refuses_a_lone_release(panel):
    rfp, proposals, _members = panel
    first, second = make_program_people()
    decide(rfp, ready(proposals), actor=first)
    with transaction():
        asked = services.ask_release(rfp, actor=first)
    values = {"id": asked.id, "one": first.id, "two": second.id}
    for statement in (
        "UPDATE decisions SET status = 'released'",
        "UPDATE releases SET released_by_id = :one, released_at = now() WHERE id = :id",
        "UPDATE decisions SET status = 'accepted', answered_at = now(), answered_by_id = :two",
        "DELETE FROM decisions",
        "DELETE FROM releases",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement), values)
    with transaction():
        services.release_decisions(rfp, sha256=asked.sha256, actor=second)
    for statement in ("UPDATE decisions SET outcome = 'award'", "UPDATE decisions SET feedback = 'x'"):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement), values)
