"""P4 for clarifications: an answer that arrives at or before its due time is accepted, a later one refused, by the
database's clock, whoever sends it and however many at once; each clarification is answered once.

Sample: two people each race to answer sixty clarifications around the moment they are due.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import MemberRole, Membership, User
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import GoneError, StateError
from pglab.proposals import queries, services
from pglab.proposals.models import ClarificationResponse, Proposal
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.clarifications import ask, make_opened_proposal
from tests.factories.proposals import representative_of
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.trust.sealing.test_layers import owner_of

pytestmark = pytest.mark.slow

ASKED = 60
SPAN = timedelta(seconds=3)


@dataclass(frozen=True)
class Try:
    """One answer as its sender saw it: official time before sending and after, and whether it was accepted; `second`
    when a colleague had been first."""

    before: datetime
    after: datetime
    accepted: bool
    second: bool = False


def test_answers_around_the_due_time_are_judged_without_one_mistake(
    committed: Flask, committed_clock: OfficialClock, scored: Scores
) -> None:
    proposal, manager, _director = make_opened_proposal(committed_clock)
    committed_clock.reset()
    committed_clock.move(proposal.rfp.opened_at - datetime.now(UTC) + timedelta(hours=1))
    due_at = official_now() + timedelta(days=1)
    for _ in range(ASKED):
        ask(proposal, manager, due_at=due_at)
    second = make_user("Lee Second")
    keep(Membership(organization=proposal.organization, user=second, role=MemberRole.REPRESENTATIVE))
    people = [representative_of(proposal.organization).id, second.id]
    tries = race(committed, committed_clock, proposal.id, people, due_at)

    received = db.session.query(ClarificationResponse).all()
    counted = Counter(one.accepted for one in tries)
    assert min(counted[True], counted[False]) > 5, f"the race did not straddle the due time: {counted}"
    assert len(received) == counted[True]
    assert all(each.received_at <= due_at == each.due_at for each in received)
    wrong = [one for one in tries if (one.accepted and one.before > due_at) or too_strict(one, due_at)]
    assert wrong == []
    scored("P4", what="answers to clarifications around their due time, wrongly judged", sample=len(tries))


def too_strict(one: Try, due_at: datetime) -> bool:
    """Refused although it came and went before it was due, and nobody had answered before."""
    return not one.accepted and not one.second and one.after <= due_at


def race(app: Flask, clock: OfficialClock, proposal_id: UUID, people: list[UUID], due_at: datetime) -> list[Try]:
    """Each person goes through all clarifications, the one forwards and the other backwards, evenly over the seconds
    before and after they are due."""
    ready, gate = (threading.Barrier(len(people) + 1) for _ in range(2))
    tries: list[Try] = []
    shift = [timedelta(0)]

    def send(person_id: UUID, numbers: list[int]) -> None:
        with app.app_context():
            actor = db.session.get_one(User, person_id)
            views = [queries.get_clarification(db.session.get_one(Proposal, proposal_id), n) for n in numbers]
            db.session.commit()
            ready.wait()
            gate.wait()
            for place, view in enumerate(views):
                sleep_until(due_at - shift[0] - SPAN + 2 * SPAN * place / ASKED)
                before = datetime.now(UTC) + shift[0]
                accepted, second = answered(view, actor)
                tries.append(Try(before, datetime.now(UTC) + shift[0], accepted, second))
            db.session.remove()

    orders = [list(range(1, ASKED + 1)), list(range(ASKED, 0, -1))]
    senders = [threading.Thread(target=send, args=each) for each in zip(people, orders, strict=True)]
    for sender in senders:
        sender.start()
    ready.wait()
    shift[0] = due_at - timedelta(seconds=5) - datetime.now(UTC)
    clock.move(shift[0])
    gate.wait()
    for sender in senders:
        sender.join()
    return tries


def sleep_until(at: datetime) -> None:
    time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


def answered(view: queries.ClarificationView, actor: User) -> tuple[bool, bool]:
    """Whether the answer was accepted, and whether somebody had been first."""
    try:
        with transaction():
            texts = {each.item.id: "Three sensors." for each in view.items}
            services.answer_clarification(view, texts=texts, given=None, actor=actor)
    except GoneError:
        return False, False
    except StateError:
        return False, True
    return True, False


def test_without_looking_at_the_clock_late_answers_come_in(
    committed: Flask, committed_clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the service forgets to look, and the database still refuses; with its rule gone too, it is taken."""
    proposal, manager, _director = make_opened_proposal(committed_clock)
    asked = ask(proposal, manager)
    view, actor = queries.get_clarification(proposal, 1), representative_of(proposal.organization)
    committed_clock.freeze(asked.due_at + timedelta(microseconds=1))
    monkeypatch.setattr("pglab.proposals.services.responding.refuse_late", lambda *_a: None)
    with pytest.raises(DBAPIError, match="until it is due"):
        answered(view, actor)
    with owner_of(committed.config["SETTINGS"]) as owner:
        owner.execute("ALTER TABLE clarification_responses DISABLE TRIGGER on_time")
        owner.execute("ALTER TABLE clarification_responses DROP CONSTRAINT ck_clarification_responses_on_time")
    assert answered(queries.get_clarification(proposal, 1), actor) == (True, False)
    scored("P4", control="without looking, and without the rule in the database, a late answer is taken")
