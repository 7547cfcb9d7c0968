"""P10: the same submit sent many times at once gives one submission and one identical receipt."""

import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.core.errors import StateError
from pglab.outbox.models import Notice
from pglab.proposals import services
from pglab.proposals.models import Proposal, Submission
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

ROUNDS, AT_ONCE = 20, 50


def test_a_thousand_duplicates_make_one_submission_a_round(committed: Flask, scored: Scores):
    rfp = make_open_rfp()
    for turn in range(ROUNDS):
        proposal = fill(make_draft(rfp))
        receipts = send_all_at_once(committed, proposal, key=f"round-{turn:020d}")

        assert len(receipts) == AT_ONCE
        assert len(set(receipts)) == 1
    assert db.session.query(Submission).count() == ROUNDS
    receipts_to_mail = db.session.query(Submission.id).all()
    for [submission_id] in receipts_to_mail * 2:  # a job that runs twice mails once
        with transaction():
            services.tell_submitted(submission_id)
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'proposals.tell_submitted'"
    assert db.session.scalar(text(waiting)) == ROUNDS
    assert db.session.query(Notice).filter_by(kind="proposal_submitted").count() == ROUNDS
    scored("P10", what="copies of a submission sent at once, with another receipt", sample=ROUNDS * AT_ONCE)


def send_all_at_once(app: Flask, proposal: Proposal, *, key: str) -> list[tuple[UUID, str, str]]:
    gate = threading.Barrier(AT_ONCE)
    receipts: list[tuple[UUID, str, str]] = []
    ids = proposal.id, representative_of(proposal.organization).id, proposal.version

    def send() -> None:
        with app.app_context():
            mine, actor = db.session.get_one(Proposal, ids[0]), db.session.get_one(User, ids[1])
            db.session.commit()
            gate.wait()
            with transaction():
                sent = services.submit_proposal(
                    mine, version=ids[2], idempotency_key=key, declarations=["True."], actor=actor
                )
            receipts.append((sent.id, sent.sha256, sent.signature))
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return receipts


def test_the_same_key_with_other_content_is_refused(committed: Flask):
    proposal = fill(make_draft(make_open_rfp()))
    actor = representative_of(proposal.organization)
    with transaction():
        services.submit_proposal(
            proposal, version=proposal.version, idempotency_key="k" * 24, declarations=["True."], actor=actor
        )
    other = fill(make_draft(proposal.rfp, proposal.organization, area=1))

    with pytest.raises(StateError), transaction():
        services.submit_proposal(
            other, version=other.version, idempotency_key="k" * 24, declarations=["True."], actor=actor
        )


def test_without_the_lock_duplicates_collide(committed: Flask, monkeypatch: pytest.MonkeyPatch, scored: Scores):
    """Negative control: with the draft's lock taken out, the database's own constraints have to stop the copies."""
    monkeypatch.setattr("pglab.proposals.services.submitting.lock_draft", lambda _proposal: None)
    monkeypatch.setattr("threading.excepthook", lambda _fault: None)
    collided = 0
    rfp = make_open_rfp()
    for turn in range(5):
        proposal = fill(make_draft(rfp))
        collided += AT_ONCE - len(send_all_at_once(committed, proposal, key=f"control-{turn:020d}"))

    assert collided > 0, "the lock is what makes duplicates equal; without it some must fail"
    assert db.session.query(Submission).count() == 5
    scored("P10", control=f"without the draft's lock {collided} of {5 * AT_ONCE} copies failed")
