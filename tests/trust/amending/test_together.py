"""Issuing beside submitting, opening and issuing: real threads, and every outcome is one of the allowed ones."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.addenda import queries, services
from pglab.addenda.models import Addendum
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError
from pglab.outages.services import Downtime, note_outage
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.queries import Shown
from pglab.proposals.services import ask_opening, confirm_opening, submit_proposal
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import ask_extension, make_waiting_addendum, seen
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow
ROUNDS = 12


def together(app: Flask, *acts: Callable[[], object]) -> list[bool]:
    """Let all acts go at once, each in a thread of its own; which of them were done."""
    gate = threading.Barrier(len(acts))
    done = [False] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    act()
                done[place] = True
            except DomainError:
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    return done


def issuing(addendum_id: UUID, looked: services.Seen, person_id: UUID) -> Callable[[], object]:
    return lambda: services.issue_addendum(
        db.session.get_one(Addendum, addendum_id), seen=looked, actor=db.session.get_one(User, person_id)
    )


def test_two_confirmations_at_once_issue_once(committed: Flask, scored: Scores):
    rfp = make_open_rfp()
    people = [make_director().id, make_program_manager().id]
    for turn in range(ROUNDS):
        addendum = make_waiting_addendum(rfp, {"eligibility.0": f"Condition {turn}"})
        looked = seen(addendum)
        assert sorted(together(committed, *[issuing(addendum.id, looked, each) for each in people])) == [False, True]
    numbers = sorted(each.number or 0 for each in queries.list_issued(rfp))
    assert numbers == list(range(1, ROUNDS + 1))
    scored("P6", what="pairs of confirmations at once that issued twice", sample=ROUNDS)


def test_a_submission_is_received_against_the_version_before_or_after(committed: Flask):
    rfp = make_open_rfp()
    director = make_director().id
    for turn in range(ROUNDS):
        draft = fill(make_draft(rfp))
        proposal_id, actor_id, version = draft.id, representative_of(draft.organization).id, draft.version
        addendum = make_waiting_addendum(rfp, {"eligibility.0": f"Condition {turn}"})
        looked = seen(addendum)

        def submit(proposal_id=proposal_id, actor_id=actor_id, version=version, in_force=looked.rfp) -> object:
            return submit_proposal(
                db.session.get_one(Proposal, proposal_id),
                version=version,
                idempotency_key=uuid4().hex,
                declarations=["True."],
                actor=db.session.get_one(User, actor_id),
                shown=Shown(profile=1, call=in_force),
            )

        sent, issued = together(committed, submit, issuing(addendum.id, looked, director))
        assert issued
        made = db.session.get_one(Addendum, addendum.id)
        received = db.session.query(Submission).filter_by(proposal_id=proposal_id).one_or_none()
        assert (received is not None) == sent
        if received is not None:
            assert received.received_at < made.issued_at
            assert received.rfp_version.number == looked.rfp


def test_an_opening_and_an_extension_at_once_leave_one_of_them(committed: Flask, committed_clock: OfficialClock):
    for number in range(20, 20 + ROUNDS // 2):
        committed_clock.reset()
        rfp = make_open_rfp(number, closes_in=timedelta(hours=4))
        first, second = make_program_manager(), make_director()
        closed = rfp.closes_at
        committed_clock.move(timedelta(hours=6))
        with transaction():
            outage = note_outage(Downtime(closed - timedelta(hours=1), closed, "The site was slow."), actor=first)
        addendum = ask_extension(rfp, closed + timedelta(days=1), outage=outage)
        with transaction():
            ask_opening(rfp, actor=first)
        rfp_id, person_id, looked = rfp.id, second.id, seen(addendum)

        def open_all(rfp_id=rfp_id, person_id=person_id) -> object:
            return confirm_opening(db.session.get_one(Rfp, rfp_id), actor=db.session.get_one(User, person_id))

        opened, extended = together(committed, open_all, issuing(addendum.id, looked, person_id))
        call = db.session.get_one(Rfp, rfp_id)
        assert opened != extended
        assert (call.opened_at is not None, call.closes_at > closed) == (opened, extended)
    committed_clock.reset()
