"""P11: opening takes the deadline's end and two people, and opens exactly what was receipted and stands.

Sample: rounds in which teams submit, replace, withdraw and undo until the very end, some of them while the second
person opens; every pair of people and every moment is tried before.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from pglab.accounts.models import StaffRole, User
from pglab.core.canonical import merkle_root
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal, Submission, Withdrawal
from pglab.proposals.services import opening as opening_service
from pglab.proposals.services import submitting
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.proposals import fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.support.undoing import set_aside

pytestmark = pytest.mark.slow

ROUNDS, TEAMS = 6, 5


def teams_of(rfp: Rfp, dice: random.Random) -> list[tuple[UUID, UUID]]:
    """Teams with a complete draft; some have submitted, some withdrew again: (proposal, representative) each."""
    made = []
    for _ in range(TEAMS):
        proposal = fill(make_draft(rfp))
        actor = representative_of(proposal.organization)
        what = dice.choice(("draft", "submitted", "twice", "withdrawn", "restored"))
        for _ in range({"draft": 0, "twice": 2}.get(what, 1)):
            submit(proposal)
        if what in ("withdrawn", "restored"):
            with transaction():
                services.withdraw_proposal(proposal, seen=1, actor=actor)
        if what == "restored":
            with transaction():
                services.undo_withdrawal(proposal, actor=actor)
        made.append((proposal.id, actor.id))
    return made


def in_thread(app: Flask, gate: threading.Barrier, act: Callable[[], object], faults: list[BaseException]) -> None:
    """Do it when all are ready, on a connection of its own; a refusal is an answer, anything else a fault."""
    with app.app_context():
        gate.wait()
        try:
            act()
        except DomainError:
            pass
        except Exception as fault:
            faults.append(fault)
        db.session.remove()


def last_moment(proposal_id: UUID, actor_id: UUID, dice: random.Random) -> Callable[[], None]:
    """What a team does at the end: submit once more, withdraw, or undo that."""
    act, delay = dice.choice(("submit", "withdraw", "undo")), dice.random() * 0.1

    def do() -> None:
        time.sleep(delay)
        proposal, actor = db.session.get_one(Proposal, proposal_id), db.session.get_one(User, actor_id)
        with transaction():
            if act == "submit":
                services.submit_proposal(
                    proposal, version=proposal.version, idempotency_key=uuid4().hex, declarations=[], actor=actor
                )
            elif act == "withdraw":
                services.withdraw_proposal(proposal, seen=proposal.submission_number, actor=actor)
            else:
                services.undo_withdrawal(proposal, actor=actor)

    return do


def a_round(app: Flask, clock: OfficialClock, number: int, dice: random.Random) -> tuple[set[str], set[str]]:
    """The leaves of the set that was opened amid all this, and those of the receipts that stood at that moment."""
    clock.reset()
    rfp = make_open_rfp(number, closes_in=timedelta(hours=2))
    rfp_id, teams = rfp.id, teams_of(rfp, dice)
    first, second = make_program_manager(), make_director()
    ids = first.id, second.id
    clock.move(rfp.closes_at - official_now() + timedelta(milliseconds=-30))
    gate, faults = threading.Barrier(TEAMS + 1), []  # type: ignore[var-annotated]  # filled by the threads

    def open_soon() -> None:
        for step, person in zip((services.ask_opening, services.confirm_opening), ids, strict=True):
            for _ in range(500):
                try:
                    with transaction():
                        step(db.session.get_one(Rfp, rfp_id), actor=db.session.get_one(User, person))
                    break
                except DomainError:
                    time.sleep(0.005)

    db.session.commit()
    threads = [threading.Thread(target=in_thread, args=(app, gate, open_soon, faults))]
    threads += [
        threading.Thread(target=in_thread, args=(app, gate, last_moment(*team, dice), faults)) for team in teams
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert faults == []
    call = db.session.get_one(Rfp, rfp_id)
    opening = queries.find_opening(call)
    assert opening is not None and opening.opened_at is not None and opening.opened_at > call.closes_at
    leaves = queries.list_opened_leaves(call)
    standing = standing_when_opened(call)
    assert (opening.submissions, opening.merkle_root) == (
        len(leaves),
        merkle_root([each.encode() for each in standing]),
    )
    assert call.opening_root == opening.merkle_root
    return set(leaves), {merkle_root([each.encode()]) for each in standing}


def standing_when_opened(call: Rfp) -> list[str]:
    """The receipts that count: each team's last, unless withdrawn before the opening, as the signed rows tell."""
    found = []
    proposals = select(Proposal).where(Proposal.rfp_id == call.id).order_by(Proposal.reference)
    for proposal in db.session.scalars(proposals):
        sent = queries.list_submissions(proposal)
        taken = db.session.scalars(
            select(Withdrawal).where(Withdrawal.proposal_id == proposal.id).order_by(Withdrawal.number)
        ).all()
        before = [one for one in taken if not one.after_opening]
        last = before[-1] if before else None
        gone = last is not None and last.kind.value == "withdrawn" and last.submission_number == len(sent)
        if sent and not gone:
            found.append(sent[0].manifest)
    return found


def test_the_set_is_what_stood_whoever_withdraws_meanwhile(
    committed: Flask, committed_clock: OfficialClock, scored: Scores
) -> None:
    dice = random.Random(11)  # noqa: S311  (repeatable dice, no secret)
    rounds = [a_round(committed, committed_clock, 20 + number, dice) for number in range(ROUNDS)]
    assert [opened for opened, stood in rounds if opened != stood] == []
    assert sum(len(opened) for opened, _stood in rounds) > ROUNDS
    scored(
        "P11", what="openings amid people who submit and withdraw whose set differs from the receipts", sample=ROUNDS
    )


@pytest.mark.full
def test_the_same_in_a_large_sample(committed: Flask, committed_clock: OfficialClock, scored: Scores) -> None:
    dice = random.Random(1111)  # noqa: S311  (repeatable dice, no secret)
    rounds = [a_round(committed, committed_clock, 20 + number, dice) for number in range(1000)]
    assert [opened for opened, stood in rounds if opened != stood] == []
    scored("P11", what="openings whose set differs from the receipts (full)", sample=len(rounds))


def before(patch: pytest.MonkeyPatch, module: ModuleType, name: str, act: Callable[[], object]) -> None:
    """Do something first whenever this function of the module is called."""
    real = getattr(module, name)
    patch.setattr(module, name, lambda *given, **named: (act(), real(*given, **named))[-1])


def opened_amid_a_submit(app: Flask, clock: OfficialClock, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """A submit arrives on time and takes its while; meanwhile the deadline passes and two people open. How many
    proposals were opened, and how many were received."""
    rfp = make_open_rfp(closes_in=timedelta(hours=2))
    proposal = fill(make_draft(rfp))
    ids = (
        rfp.id,
        proposal.id,
        representative_of(proposal.organization).id,
        make_program_manager().id,
        make_director().id,
    )
    arrived, taken, go_on = threading.Event(), threading.Event(), threading.Event()
    before(patch, submitting, "record", lambda: (arrived.set(), go_on.wait(30)))
    before(patch, opening_service, "stamp_opened", taken.set)

    def send() -> None:
        mine, actor = db.session.get_one(Proposal, ids[1]), db.session.get_one(User, ids[2])
        with transaction():
            services.submit_proposal(
                mine, version=mine.version, idempotency_key=uuid4().hex, declarations=[], actor=actor
            )

    def open_all() -> None:
        for step, person in zip((services.ask_opening, services.confirm_opening), ids[3:], strict=True):
            with transaction():
                step(db.session.get_one(Rfp, ids[0]), actor=db.session.get_one(User, person))

    faults: list[BaseException] = []
    sender, opener = (
        threading.Thread(target=in_thread, args=(app, threading.Barrier(1), act, faults)) for act in (send, open_all)
    )
    db.session.commit()
    sender.start()
    assert arrived.wait(30)
    clock.move(timedelta(hours=3))
    opener.start()
    taken.wait(1)
    go_on.set()
    sender.join()
    opener.join()
    db.session.expire_all()
    assert faults == []
    opening = queries.find_opening(db.session.get_one(Rfp, ids[0]))
    assert opening is not None
    return opening.submissions or 0, db.session.query(Submission).count()


def test_the_opening_waits_for_a_submit_that_arrived_on_time(
    committed: Flask, committed_clock: OfficialClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened_amid_a_submit(committed, committed_clock, monkeypatch) == (1, 1)


def test_an_opening_that_waits_for_nobody_is_noticed(
    committed: Flask, committed_clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: without the lock that waits for submits in flight, one that arrived on time is missing in the set."""
    monkeypatch.setattr(opening_service, "_lock_closed", lambda rfp: db.session.get_one(Rfp, rfp.id))
    assert opened_amid_a_submit(committed, committed_clock, monkeypatch) == (0, 1)
    scored("P11", control="an opening that waits for nobody leaves out what arrived on time, and is noticed")


def test_no_other_pair_of_people_and_no_earlier_moment_opens(
    app: Flask, rolled_back: None, clock: OfficialClock, scored: Scores
) -> None:
    rfp = make_open_rfp()
    submit(fill(make_draft(rfp)))
    people = {role.value: make_user(f"Some {role.value}", role).id for role in StaffRole}
    people["nobody's"] = make_user("Some visitor").id
    rfp_id, openers, tried, opened = rfp.id, {"program_manager", "director"}, 0, []
    moments = {"before": timedelta(microseconds=-1), "at": timedelta(0), "after": timedelta(microseconds=1)}
    for (moment, away), first, second in itertools.product(moments.items(), people, people):
        with set_aside():
            call = db.session.get_one(Rfp, rfp_id)
            clock.freeze(call.closes_at + away)
            try:
                for step, who in ((services.ask_opening, first), (services.confirm_opening, second)):
                    with transaction():
                        step(call, actor=db.session.get_one(User, people[who]))
                opened.append((moment, first, second))
            except DomainError:
                db.session.rollback()
        tried += 1
    clock.reset()
    allowed = {("after", first, second) for first in openers for second in openers if first != second}
    assert set(opened) == allowed
    assert db.session.query(Submission).count() == 1
    scored(
        "P11",
        what="pairs of people and moments that opened and must not",
        sample=tried - len(allowed),
        control=f"{len(opened)} of the same tries open: two of those who may, after the deadline",
    )
