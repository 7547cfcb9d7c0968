"""P13, by people who really act at the same moment: submit, withdraw, undo and edit from several tabs at once, each on
a connection of its own. Whatever the order in which they got through, it explains every answer that was given, and
exactly one submission counts, or none while the last word was a withdrawal."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError, StateError
from pglab.proposals import services
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.services import submitting, withdrawing
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_form_sections
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

TABS, ROUNDS = 4, 60
ACTS = ("submit", "submit", "submit the same", "withdraw", "withdraw", "undo", "edit")
LOGGED = ("proposal.submitted", "proposal.withdrawn", "proposal.withdrawal_undone")


@dataclass
class Team:
    """A startup in front of several tabs, and what came of pressing their buttons."""

    app: Flask
    proposal_id: UUID
    actor_id: UUID
    question_id: UUID
    dice: random.Random = field(default_factory=lambda: random.Random(13))  # noqa: S311  (repeatable dice, no secret)
    came: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)

    @property
    def proposal(self) -> Proposal:
        return db.session.get_one(Proposal, self.proposal_id, populate_existing=True)


def a_team(app: Flask, rfp: Rfp | None = None) -> Team:
    proposal = fill(make_draft(rfp or make_open_rfp()))
    question = list_form_sections(proposal.rfp_id)[0].questions[0].id
    return Team(app, proposal.id, representative_of(proposal.organization).id, question)


def round_of(team: Team) -> None:
    """All tabs show the proposal as it is now; then one button is pressed in each of them, all at once."""
    shown = team.proposal
    version, number, key = shown.version, shown.submission_number, uuid4().hex
    db.session.commit()
    gate = threading.Barrier(TABS)
    presses = [
        threading.Thread(target=press, args=(team, gate, team.dice.choice(ACTS), version, number, key))
        for _ in range(TABS)
    ]
    for each in presses:
        each.start()
    for each in presses:
        each.join()


def press(team: Team, gate: threading.Barrier, act: str, version: int, number: int, key: str) -> None:
    with team.app.app_context():
        proposal, actor = db.session.get_one(Proposal, team.proposal_id), db.session.get_one(User, team.actor_id)
        acts: dict[str, Callable[[], object]] = {
            "submit": lambda: send(proposal, version, uuid4().hex, actor),
            "submit the same": lambda: send(proposal, version, key, actor),
            "withdraw": lambda: services.withdraw_proposal(proposal, seen=number, actor=actor),
            "undo": lambda: services.undo_withdrawal(proposal, actor=actor),
            "edit": lambda: services.save_answers(proposal, {team.question_id: uuid4().hex}, actor=actor),
        }
        db.session.commit()
        gate.wait()
        try:
            with transaction():
                acts[act]()
        except DomainError as refused:
            team.came[f"{act} refused"] += 1
            if not isinstance(refused, StateError):
                team.faults.append(refused)
        except Exception as fault:
            team.faults.append(fault)
        else:
            team.came[act] += 1
        db.session.remove()


def send(proposal: Proposal, version: int, key: str, actor: User) -> object:
    return services.submit_proposal(proposal, version=version, idempotency_key=key, declarations=["True."], actor=actor)


def explained(team: Team) -> None:
    """The log, in the order in which everything was committed, leads to what stands now; one step at a time."""
    proposal, received, counts = team.proposal, 0, False
    logged = select(AuditEvent.action).where(AuditEvent.subject_id == proposal.id, AuditEvent.action.in_(LOGGED))
    for action in db.session.scalars(logged.order_by(AuditEvent.seq)):
        if action == "proposal.submitted":
            received, counts = received + 1, True
        else:
            assert counts is (action == "proposal.withdrawn"), f"{action} when it made no sense"
            counts = not counts
    stored = select(Submission).where(Submission.proposal_id == proposal.id).order_by(Submission.number)
    sent = db.session.scalars(stored).all()
    assert [one.number for one in sent] == list(range(1, received + 1))
    assert len({one.idempotency_key for one in sent}) == received
    assert (proposal.received_number, proposal.submission_number) == (received, received if counts else 0)
    withdrawn = received > 0 and not counts
    assert (proposal.status is ProposalStatus.WITHDRAWN) == (proposal.withdrawn_at is not None) == withdrawn
    db.session.commit()


def play(team: Team, rounds: int) -> int:
    for _ in range(rounds):
        round_of(team)
        assert team.faults == []
        explained(team)
    return rounds * TABS


def test_whoever_acts_at_the_same_moment_exactly_one_counts(committed: Flask, scored: Scores) -> None:
    team = a_team(committed)
    pressed = play(team, ROUNDS)
    assert min(team.came[act] for act in ("submit", "submit the same", "withdraw", "undo", "edit")) > 3, team.came
    assert min(team.came[f"{act} refused"] for act in ("submit", "withdraw", "undo")) > 3, team.came
    scored("P13", what="acts in several tabs at the same moment after which not exactly one counts", sample=pressed)


@pytest.mark.full
def test_the_same_in_a_large_sample(committed: Flask, scored: Scores) -> None:
    rfp = make_open_rfp()
    pressed = sum(play(a_team(committed, rfp), 50) for _ in range(100))
    assert pressed >= 20_000
    scored("P13", what="acts in several tabs at the same moment (full)", sample=pressed)


def test_acts_that_do_not_wait_for_each_other_are_noticed(
    committed: Flask, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: without the lock on the draft."""
    for where in (submitting, withdrawing):
        monkeypatch.setattr(where, "lock_draft", lambda _proposal: None)
    with pytest.raises(AssertionError):
        play(a_team(committed), ROUNDS)
    scored("P13", control="acts of several tabs that do not wait for each other are noticed")
