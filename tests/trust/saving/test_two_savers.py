"""Never a silent overwrite: people save one answer at the same moment, in real threads. Whoever comes second is told,
and what the first wrote stands until the second has seen it."""

import threading
from uuid import UUID, uuid4

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Answer, Proposal
from pglab.proposals.services import answering
from pglab.rfps.queries import list_form_sections
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow
ROUNDS, SAVERS = 15, 4


def saves_at_once(app: Flask, proposal_id: UUID, question: UUID, actor_id: UUID, seen: str) -> dict[str, bool]:
    """Several people who saw the same text save their own; for each text, whether its writer was told it is saved."""
    gate, told = threading.Barrier(SAVERS), {}

    def save(text: str) -> None:
        with app.app_context():
            proposal, actor = db.session.get_one(Proposal, proposal_id), db.session.get_one(User, actor_id)
            queries.answers_by_question(proposal)  # as the page does, before anybody waits
            gate.wait()
            with transaction():
                told[text] = not services.save_answers(proposal, {question: text}, actor=actor, seen={question: seen})
            db.session.remove()

    writers = [threading.Thread(target=save, args=(f"Text {uuid4().hex}.",)) for _ in range(SAVERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    db.session.rollback()
    db.session.expire_all()
    return told


def silently_overwritten(app: Flask) -> int:
    """How many texts whose writer was told they are saved are gone, over all rounds."""
    proposal = make_draft(make_open_rfp())
    actor = representative_of(proposal.organization).id
    question = list_form_sections(proposal.rfp_id)[0].questions[0].id
    lost, key = 0, proposal.id
    with transaction():
        services.save_answers(proposal, {question: "The text all of them saw."}, actor=db.session.get_one(User, actor))
    for _ in range(ROUNDS):
        text = queries.answers_by_question(db.session.get_one(Proposal, key))[question].text
        told = saves_at_once(app, key, question, actor, queries.fingerprint(text))
        assert len(told) == SAVERS
        now = queries.answers_by_question(db.session.get_one(Proposal, key))[question].text
        # Everybody saw the same text, so only one may be told that theirs is saved, and it is what stands.
        lost += sum(saved and text != now for text, saved in told.items())
        assert told[now]
    return lost


def test_nobody_is_overwritten_in_silence(committed: Flask, scored: Scores) -> None:
    assert silently_overwritten(committed) == 0
    scored("P39", what="saves at the same moment that silently took another's text away", sample=ROUNDS * SAVERS)


def test_a_comparison_before_waiting_is_noticed(
    committed: Flask, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: everybody compares first and writes then, as before the comparison stood behind the lock."""
    read, gate = answering._stored, threading.Barrier(SAVERS)

    def read_together(proposal: Proposal) -> dict[UUID, Answer]:
        found = read(proposal)
        if threading.current_thread() is not threading.main_thread():
            gate.wait()
        return found

    monkeypatch.setattr(answering, "lock_draft", lambda _proposal: None)
    monkeypatch.setattr(answering, "_stored", read_together)
    lost = silently_overwritten(committed)
    assert lost == ROUNDS * (SAVERS - 1)
    scored("P39", control=f"a comparison before waiting is noticed in {lost} overwritten texts")
