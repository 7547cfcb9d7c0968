"""P4: arrival at or before the deadline is accepted, after it refused, by the database's clock, to the microsecond."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.core.canonical import merkle_root
from pglab.core.db import db, transaction
from pglab.core.errors import StateError
from pglab.proposals import queries, services
from pglab.proposals.models import Opening, Proposal, Refusal, Submission
from pglab.proposals.services import submitting
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

WRITERS = 40
TRIES_A_ROUND = 3
ROUNDS = 17  # 40 x 3 x 17 = 2,040 arrivals


@dataclass(frozen=True)
class Try:
    """One submit as its sender saw it: official time before sending and after the answer, and the answer."""

    before: datetime
    after: datetime
    stamped: datetime
    accepted: bool


def test_arrivals_across_the_deadline_are_judged_without_one_mistake(
    committed: Flask, committed_clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each try is judged anew, although the rounds turn the clock back and nobody changes a draft between two of them.
    monkeypatch.setattr(queries, "find_last_submission", lambda _proposal: None)
    monkeypatch.setattr(submitting, "last_of_many", lambda *_: None)
    rfp, drafts = call_with_drafts()
    tries: list[Try] = []
    for _ in range(ROUNDS):
        tries += surge(committed, committed_clock, rfp.closes_at, drafts)
    opening_during(committed, committed_clock, rfp, drafts)

    assert len(tries) >= 2000
    assert wrongly_judged(tries, rfp.closes_at) == []
    seen = Counter(one.accepted for one in tries)
    assert min(seen[True], seen[False]) > 200, f"the surge did not straddle the deadline: {seen}"
    assert db.session.query(Submission).filter(Submission.received_at > rfp.closes_at).count() == 0
    assert db.session.query(Refusal).filter(Refusal.received_at <= rfp.closes_at).count() == 0
    scored("P4", what="arrivals around the deadline, wrongly judged", sample=len(tries))
    scored("P11", what="openings amid late writers whose set differs from the receipts", sample=1)


def call_with_drafts() -> tuple[Rfp, list[tuple[UUID, UUID, int]]]:
    """An open RFP and complete drafts: (proposal, representative, version) each."""
    rfp = make_open_rfp(closes_in=timedelta(hours=2))
    drafts = []
    for _ in range(WRITERS):
        proposal = fill(make_draft(rfp))
        drafts.append((proposal.id, representative_of(proposal.organization).id, proposal.version))
    return rfp, drafts


def surge(app: Flask, clock: OfficialClock, closes_at: datetime, drafts: list[tuple[UUID, UUID, int]]) -> list[Try]:
    """One round: the deadline comes a moment after all writers are let go at once."""
    gate = threading.Barrier(len(drafts) + 1)
    tries: list[Try] = []
    shift = [timedelta(0)]
    writers = [threading.Thread(target=write, args=(app, gate, shift, draft, tries, TRIES_A_ROUND)) for draft in drafts]
    for writer in writers:
        writer.start()
    shift[0] = closes_at - timedelta(milliseconds=600) - datetime.now(UTC)
    clock.move(shift[0])
    gate.wait()
    for writer in writers:
        writer.join()
    return tries


def write(
    app: Flask,
    gate: threading.Barrier,
    shift: list[timedelta],
    draft: tuple[UUID, UUID, int],
    tries: list[Try],
    times: int,
) -> None:
    proposal_id, person_id, version = draft
    with app.app_context():
        proposal, actor = db.session.get_one(Proposal, proposal_id), db.session.get_one(User, person_id)
        db.session.commit()
        gate.wait()
        for _ in range(times):
            before = datetime.now(UTC) + shift[0]
            with transaction():
                answer = services.submit_proposal(
                    proposal, version=version, idempotency_key=uuid4().hex, declarations=["True."], actor=actor
                )
            after = datetime.now(UTC) + shift[0]
            tries.append(Try(before, after, answer.received_at, isinstance(answer, Submission)))
        db.session.remove()


def wrongly_judged(tries: list[Try], closes_at: datetime) -> list[Try]:
    """Tries whose answer contradicts the stamp, or the sender's own watch: the same machine's clock."""
    return [
        one
        for one in tries
        if one.accepted != (one.stamped <= closes_at)
        or not one.before <= one.stamped <= one.after
        or (one.after <= closes_at and not one.accepted)
        or (one.before > closes_at and one.accepted)
    ]


def opening_during(app: Flask, clock: OfficialClock, rfp: Rfp, drafts: list[tuple[UUID, UUID, int]]) -> None:
    """Two people open while late writers still knock: the opened set is exactly what was received."""
    first, second = make_program_manager().id, make_director().id
    rfp_id, closes_at = rfp.id, rfp.closes_at

    def open_soon() -> None:
        with app.app_context():
            people = db.session.get_one(User, first), db.session.get_one(User, second)
            call = db.session.get_one(Rfp, rfp_id)
            for step, person in zip((services.ask_opening, services.confirm_opening), people, strict=True):
                until_allowed(lambda step=step, person=person: step(call, actor=person))
            db.session.remove()

    clock.reset()  # before the opener asks: earlier rounds left the clock after the deadline, and time never goes back
    opener = threading.Thread(target=open_soon)
    opener.start()
    tries = surge(app, clock, closes_at, drafts)
    opener.join()
    db.session.expire_all()
    opening = db.session.query(Opening).one()
    standing = db.session.scalars(
        select(Submission)
        .join(Submission.proposal)
        .where(Proposal.rfp_id == rfp_id, Submission.number == Proposal.submission_number)
        .order_by(Proposal.reference)
    ).all()
    assert wrongly_judged(tries, closes_at) == []
    assert opening.submissions == len(standing)
    assert opening.merkle_root == merkle_root([sent.manifest.encode() for sent in standing])


def until_allowed(act: Callable[[], object]) -> None:
    """Do it as soon as the rules allow: tried again until the deadline has passed."""
    for _ in range(2000):
        try:
            with transaction():
                act()
        except StateError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("the opening never became possible")


def test_the_boundary_is_inclusive_to_the_microsecond(committed: Flask, committed_clock: OfficialClock) -> None:
    rfp = make_open_rfp(closes_in=timedelta(hours=2))
    answers = {}
    for microseconds in (-1, 0, 1):
        committed_clock.reset()
        proposal = fill(make_draft(rfp))
        committed_clock.freeze(rfp.closes_at + timedelta(microseconds=microseconds))
        with transaction():
            answers[microseconds] = type(
                services.submit_proposal(
                    proposal,
                    version=proposal.version,
                    idempotency_key=uuid4().hex,
                    declarations=["True."],
                    actor=representative_of(proposal.organization),
                )
            ).__name__

    assert answers == {-1: "Submission", 0: "Submission", 1: "Refusal"}


# ---- Negative controls: the designs that look right and are not, on tables of their own ----

NAIVE_TABLES = """
CREATE TABLE naive_call (closes_at timestamptz NOT NULL);
CREATE TABLE naive_received (written_at timestamptz NOT NULL);
GRANT ALL ON naive_call, naive_received TO pglab_app;
"""


def check_in_python(connection: psycopg.Connection, closes_at: datetime) -> None:
    """Design 1: ask the time in Python, then do the work, then insert."""
    if datetime.now(UTC) <= closes_at:
        time.sleep(0.004)  # checking answers and building the package
        connection.execute("INSERT INTO naive_received VALUES (clock_timestamp())")
    connection.commit()


def check_with_now(connection: psycopg.Connection, closes_at: datetime) -> None:
    """Design 2: `now()` inside the insert, which is the transaction's start and not the moment of writing."""
    connection.execute("SELECT 1")
    time.sleep(0.004)
    connection.execute("INSERT INTO naive_received SELECT clock_timestamp() FROM naive_call WHERE now() <= closes_at")
    connection.commit()


@pytest.mark.parametrize("design", [check_in_python, check_with_now])
def test_the_naive_designs_write_late(
    committed: Flask, design: Callable[[psycopg.Connection, datetime], None], scored: Scores
) -> None:
    settings = committed.config["SETTINGS"]
    owner = settings.database_owner_url.replace("+psycopg", "")
    late = 0
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(NAIVE_TABLES)
        for _ in range(5):
            connection.execute("TRUNCATE naive_call, naive_received")
            closes_at = datetime.now(UTC) + timedelta(milliseconds=400)
            connection.execute("INSERT INTO naive_call VALUES (%s)", [closes_at])
            writers = [
                threading.Thread(target=knock, args=(settings.database_url, design, closes_at)) for _ in range(WRITERS)
            ]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            found = connection.execute(
                "SELECT count(*) FROM naive_received WHERE written_at > %s", [closes_at]
            ).fetchone()
            late += found[0] if found else 0
    assert late > 0, "this control has to fail: if it does not, the proof above proves nothing"
    scored("P4", control=f"{design.__name__.replace('_', ' ')}: {late} written late")


def knock(url: str, design: Callable[[psycopg.Connection, datetime], None], closes_at: datetime) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        while datetime.now(UTC) < closes_at + timedelta(milliseconds=100):
            design(connection, closes_at)
