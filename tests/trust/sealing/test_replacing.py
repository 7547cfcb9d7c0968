"""P13: until the deadline a startup may replace its submission as often as it likes, or withdraw it; exactly one
counts, the last that was on time, or none while it is withdrawn, and every earlier one keeps its receipt.

A state machine of people in several tabs: edit, look at the check page, send (again), withdraw, undo that, let the
deadline pass, open.
"""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.adapters import signing
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import GoneError, StateError
from pglab.proposals import services
from pglab.proposals.models import Proposal, Refusal, Submission, Withdrawal
from pglab.proposals.queries import find_opening
from pglab.proposals.services import submitting, withdrawing
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_form_sections
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.support.undoing import set_aside

pytestmark = pytest.mark.slow

EXAMPLES, STEPS = 40, 40


@dataclass
class Story:
    """What every example begins with, and how many steps were made in all."""

    clock: OfficialClock
    ids: dict[str, UUID]
    steps: int = 0
    accepted: int = 0
    late: int = 0
    sent_again: int = 0
    taken_back: int = 0
    restored: int = 0


@dataclass
class Tab:
    """A check page in a browser: the version it shows, the key of its form, and what came of sending it."""

    version: int
    key: str = field(default_factory=lambda: uuid4().hex)
    outcome: UUID | None = None


class Replacing(RuleBasedStateMachine):
    """The startup's people, and what they must find stored after each step."""

    story: Story

    def __init__(self) -> None:
        super().__init__()
        self.story.clock.reset()
        self.aside = set_aside()
        self.aside.__enter__()
        self.proposal = db.session.get_one(Proposal, self.story.ids["proposal"])
        self.actor = db.session.get_one(User, self.story.ids["actor"])
        self.question = list_form_sections(self.proposal.rfp_id)[0].questions[0].id
        self.texts = {self.proposal.version: ""}
        self.tabs = [Tab(self.proposal.version)]
        self.received: list[tuple[UUID, int]] = []
        self.closed = self.opened = self.withdrawn = self.stays = False
        self.taken_back = 0

    def teardown(self) -> None:
        self.aside.__exit__(None, None, None)

    @rule()
    def edit(self) -> None:
        """Somebody changes an answer and opens the check page; after the deadline too, where it changes nothing that
        counts."""
        words = f"We will count {uuid4().hex}."
        with transaction():
            services.save_answers(self.proposal, {self.question: words}, actor=self.actor)
        self.texts[self.proposal.version] = words
        self.look()

    @rule()
    def look(self) -> None:
        """Another tab opens the check page."""
        self.tabs.append(Tab(self.proposal.version))

    @rule(which=st.integers(0, 20), newest=st.booleans())
    def send(self, which: int, newest: bool) -> None:
        """One of the tabs presses Submit, perhaps not for the first time, perhaps with an old draft."""
        tab = self.tabs[-1 if newest else which % len(self.tabs)]
        try:
            with transaction():
                outcome = services.submit_proposal(
                    self.proposal, version=tab.version, idempotency_key=tab.key, declarations=[], actor=self.actor
                )
        except StateError:
            assert tab.outcome is None and not self.closed and tab.version != self.proposal.version
            return
        if tab.outcome is not None:
            self.story.sent_again += 1
            assert outcome.id == tab.outcome, "the same form brought something else"
            return
        if self.received and not self.withdrawn and outcome.id == self.received[-1][0]:
            assert tab.version == self.received[-1][1], "another draft was taken for the one that stands"
            return
        tab.outcome = outcome.id
        assert isinstance(outcome, Refusal) is self.closed
        if isinstance(outcome, Submission):
            self.story.accepted += 1
            self.received.append((outcome.id, tab.version))
            self.withdrawn = False
        else:
            self.story.late += 1

    @precondition(lambda self: len(self.received) > 0)
    @rule(seen=st.integers(0, 2))
    def withdraw(self, seen: int) -> None:
        """A representative withdraws what the page showed; what is withdrawn, or not the newest, is refused."""
        stale = not seen and len(self.received) > 1
        number = len(self.received) - 1 if stale else self.proposal.submission_number
        try:
            with transaction():
                services.withdraw_proposal(self.proposal, seen=number, actor=self.actor)
        except StateError:
            assert stale or self.withdrawn
            return
        assert not stale and not self.withdrawn
        self.withdrawn, self.stays = True, self.opened
        self.taken_back += 1
        self.story.taken_back += 1

    @precondition(lambda self: self.taken_back > 0)
    @rule()
    def undo(self) -> None:
        """The withdrawal is undone, unless there is none (any more) or the deadline has passed."""
        try:
            with transaction():
                services.undo_withdrawal(self.proposal, actor=self.actor)
        except (StateError, GoneError):
            assert self.closed or not self.withdrawn
            return
        assert self.withdrawn and not self.closed
        self.withdrawn = False
        self.taken_back += 1
        self.story.restored += 1

    @precondition(lambda self: not self.closed and len(self.received) > 0)
    @rule(really=st.integers(0, 9))
    def let_the_deadline_pass(self, really: int) -> None:
        if really == 0:
            self.story.clock.move(self.proposal.rfp.closes_at - official_now() + timedelta(minutes=1))
            self.closed = True

    @precondition(lambda self: self.closed and not self.opened)
    @rule()
    def open_all(self) -> None:
        call = db.session.get_one(Rfp, self.proposal.rfp_id)
        for step, name in ((services.ask_opening, "first"), (services.confirm_opening, "second")):
            with transaction():
                step(call, actor=db.session.get_one(User, self.story.ids[name]))
        self.opened = True
        opening = find_opening(call)
        assert opening and opening.submissions == (0 if self.withdrawn else 1)

    @invariant()
    def exactly_one_counts(self) -> None:
        """The last on-time submission stands, with the text it was sent with; all receipts are there and whole."""
        self.story.steps += 1
        stored = db.session.scalars(
            select(Submission).where(Submission.proposal_id == self.proposal.id).order_by(Submission.number)
        ).all()
        assert [one.id for one in stored] == [key for key, _version in self.received]
        assert [one.number for one in stored] == list(range(1, len(stored) + 1))
        counts = not self.withdrawn or self.stays
        assert self.proposal.submission_number == (len(stored) if counts else 0)
        assert (self.proposal.received_number, self.proposal.withdrawn_at is not None) == (len(stored), self.withdrawn)
        taken = db.session.scalars(select(Withdrawal).where(Withdrawal.proposal_id == self.proposal.id)).all()
        assert sorted(one.number for one in taken) == list(range(1, self.taken_back + 1))
        for one, (_key, version) in zip(stored[-1:], self.received[-1:], strict=True):
            assert one.received_at <= self.proposal.rfp.closes_at
            assert signing.is_signed(one.manifest.encode(), one.signature, signing.public_keys()[one.key_id])
            answer = json.loads(one.manifest)["sections"][0]["answers"][0]["answer"]
            assert self.texts[version] in ("", answer)


@pytest.fixture
def story(app: Flask, clock: OfficialClock) -> Story:
    proposal = fill(make_draft(make_open_rfp()))
    first, second = make_program_people()
    ids = {"proposal": proposal.id, "first": first.id, "second": second.id}
    return Story(clock, {**ids, "actor": representative_of(proposal.organization).id})


def run(story: Story, examples: int) -> None:
    machine = type("Replacing", (Replacing,), {"story": story})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_exactly_one_submission_counts(story: Story, scored: Scores) -> None:
    run(story, EXAMPLES)
    assert min(story.accepted, story.late, story.sent_again, story.taken_back, story.restored) > 5, story
    scored("P13", what="steps of people in several tabs after which not exactly one counts", sample=story.steps)


@pytest.mark.full
def test_exactly_one_submission_counts_in_a_large_sample(story: Story, scored: Scores) -> None:
    run(story, 600)
    assert story.steps >= 20_000
    scored("P13", what="steps of people in several tabs after which not exactly one counts (full)", sample=story.steps)


def test_a_form_that_can_be_sent_twice_is_noticed(
    story: Story, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: a submit that does not know its own form again."""
    monkeypatch.setattr(submitting, "_sent_before", lambda *_a: None)
    with pytest.raises(Exception):  # noqa: B017  (an assertion or the database's own refusal)
        run(story, EXAMPLES)
    scored("P13", control="a submit that does not know its form again is noticed")


def test_a_withdrawn_submission_that_still_counts_is_noticed(
    story: Story, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: a withdrawal that leaves the submission standing."""
    monkeypatch.setattr(withdrawing, "_stamp", lambda _proposal: withdrawing.Taken(official_now(), opened=True))
    with pytest.raises(Exception):  # noqa: B017  (an assertion or the database's own refusal)
        run(story, EXAMPLES)
    scored("P13", control="a withdrawn submission that still counts is noticed")
