"""P12: a late try, however it comes, gets a signed refusal with its time, the deadline and a hash; nothing of it is
accepted and no content is stored.

Sample: every way of sending a form (its own page, a program, sent again, another tab, open boxes, an old draft, an old
version of the call, fields lost on the way) by a startup that never submitted, one that did and one that withdrew, from
a microsecond after the deadline until after the opening.
"""

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.proposals import services
from pglab.proposals.models import Proposal, Refusal, Submission
from pglab.proposals.services import arriving
from pglab.rfps.models import Rfp
from scripts import verify_receipt
from tests.factories.addenda import make_addendum
from tests.factories.proposals import fill, make_draft, open_all, representative_of, submit
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.client import Client, client_for
from tests.support.databases import OfficialClock
from tests.support.person import Person
from tests.support.scoreboard import Scores
from tests.support.undoing import set_aside

pytestmark = pytest.mark.slow

DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}
CANARY = "a canary of 128 bits in every answer"
LATER = {
    "a microsecond": timedelta(microseconds=1),
    "three seconds": timedelta(seconds=3),
    "a day": timedelta(days=1),
    "after the opening": timedelta(hours=2),
}
STATES = ("never submitted", "submitted", "withdrawn")
AT_ONCE = 16


@dataclass
class Try:
    """A startup whose page of declarations was opened before the deadline."""

    proposal_id: UUID
    client: Client
    page: Person
    form: dict[str, str]

    @property
    def proposal(self) -> Proposal:
        return db.session.get_one(Proposal, self.proposal_id)

    @property
    def path(self) -> str:
        return f"/apply/proposals/{self.proposal.reference}/submission"

    def post(self, accept: str = "text/html", **other: str | None) -> int:
        """Send the form with these fields changed, or left out where there is nothing; its status."""
        fields = {name: value for name, value in {**self.form, **other}.items() if value is not None}
        return self.client.post(self.path, data=fields, headers={"Accept": accept}).status_code


def by_its_page(late: Try) -> int:
    late.page.press("Submit proposal", expect=410, **DECLARED)
    late.page.sees("This arrived after the deadline", "Download the signed refusal")
    return late.page.status


def by_another_tab(late: Try) -> int:
    """Opened after the deadline, that page has no button any more; the form of before is sent with a key of its own."""
    Person(late.client).open(late.path).does_not_see("Submit proposal")
    return late.post(idempotency_key=uuid4().hex)


def again(late: Try) -> int:
    """The same form three times: one refusal, each time the same."""
    statuses = {late.post() for _ in range(3)}
    assert db.session.query(Refusal).filter_by(proposal_id=late.proposal_id).count() == 1
    return statuses.pop() if len(statuses) == 1 else 0


def after_an_edit(late: Try) -> int:
    """The draft moved on since the page was opened."""
    with transaction():
        answer = next(iter(services_answers(late.proposal)))
        services.save_answers(late.proposal, {answer: "Newer."}, actor=representative_of(late.proposal.organization))
    return late.post()


def services_answers(proposal: Proposal) -> list[UUID]:
    found = text("SELECT question_id FROM answers WHERE proposal_id = :id ORDER BY question_id")
    return list(db.session.scalars(found, {"id": proposal.id}))


WAYS: dict[str, Callable[[Try], int]] = {
    "its own page": by_its_page,
    "another tab": by_another_tab,
    "sent again": again,
    "an old draft": after_an_edit,
    "a program": lambda late: late.post(accept="application/json"),
    "open boxes": lambda late: late.post(is_true=None, can_take_part=None, knows_what_is_public=None),
    "an old version of the call": lambda late: late.post(rfp_version="0"),
    "no version": lambda late: late.post(version=None, rfp_version=None),
    "no key": lambda late: late.post(idempotency_key=None),
    "nonsense": lambda late: late.post(version="x" * 400, rfp_version="-1", idempotency_key="\t"),
}


def before_the_deadline(app: Flask, rfp: Rfp, state: str) -> Try:
    """A complete proposal in this state, and its page of declarations open in a browser."""
    proposal = fill(make_draft(rfp), CANARY)
    actor = representative_of(proposal.organization)
    if state != "never submitted":
        submit(proposal)
    if state == "withdrawn":
        with transaction():
            services.withdraw_proposal(proposal, seen=1, actor=actor)
    client = client_for(app).sign_in(actor)
    page = Person(client).open(f"/apply/proposals/{proposal.reference}/submission")
    form = {
        "version": str(proposal.version),
        "profile_version": "1",
        "rfp_version": "1",
        "idempotency_key": uuid4().hex,
        **DECLARED,
    }
    return Try(proposal.id, client, page, form)


def faults_of(late: Try, status: int, count_before: int) -> list[str]:
    """What is wrong with what a late try left behind: nothing, when there is one refusal that proves itself."""
    faults = [] if status == 410 else [f"answered {status}"]
    if db.session.query(Submission).count() != count_before:
        faults.append("something was accepted")
    refusals = db.session.query(Refusal).filter_by(proposal_id=late.proposal_id).all()
    if len(refusals) != 1:
        return [*faults, f"{len(refusals)} refusals"]
    [refusal] = refusals
    file = late.client.get(late.path.replace("submission", f"refusals/{refusal.id}.json")).json
    keys = late.client.get("/.well-known/pglab-receipt-keys.json").json
    told = file["statement"]
    if not verify_receipt.verdict(file, keys):
        faults.append("the refusal does not prove itself")
    if not told["received_at"] > told["closes_at"] or len(told["tried_sha256"]) != 64:
        faults.append("it does not say when, against which deadline, and what")
    if CANARY in json.dumps(file) or CANARY in refusal.statement:
        faults.append("it holds content")
    return faults


def try_late(app: Flask, rfp_id: UUID, clock: OfficialClock, way: str, state: str, later: str) -> list[str]:
    """One late try; what is wrong with what came of it."""
    with set_aside():
        call = db.session.get_one(Rfp, rfp_id)
        late = before_the_deadline(app, call, state)
        sent = db.session.query(Submission).count()
        if later == "after the opening":
            open_all(call, *make_program_people(), clock)
        clock.freeze(call.closes_at + LATER[later])
        status = WAYS[way](late)
        db.session.expire_all()
        found = [f"{way}, {state}, {later}: {fault}" for fault in faults_of(late, status, sent)]
    clock.reset()
    return found


@pytest.mark.parametrize("state", STATES)
def test_a_late_try_gets_a_signed_refusal_and_nothing_else(
    app: Flask, rolled_back: None, clock: OfficialClock, scored: Scores, state: str
) -> None:
    rfp_id = make_open_rfp().id
    tries = [(way, later) for way, later in itertools.product(WAYS, LATER)]
    faults = [fault for way, later in tries for fault in try_late(app, rfp_id, clock, way, state, later)]
    assert faults == []
    scored("P12", what=f"late tries ({state}) without a signed refusal, or with content kept", sample=len(tries))


def test_late_tries_at_the_same_moment_get_one_refusal_a_form(
    committed: Flask, committed_clock: OfficialClock, scored: Scores
) -> None:
    """One form sent by an impatient browser many times at once, and many forms at once."""
    proposal = fill(make_draft(make_open_rfp()), CANARY)
    ids = proposal.id, representative_of(proposal.organization).id, proposal.version
    committed_clock.move(proposal.rfp.closes_at + timedelta(seconds=1) - official_now())
    answers: list[tuple[str, object, UUID]] = []
    gate = threading.Barrier(AT_ONCE)

    def send(key: str) -> None:
        with committed.app_context():
            mine, actor = db.session.get_one(Proposal, ids[0]), db.session.get_one(User, ids[1])
            db.session.commit()
            gate.wait()
            with transaction():
                answer = services.submit_proposal(
                    mine, version=ids[2], idempotency_key=key, declarations=["True."], actor=actor
                )
            answers.append((key, type(answer), answer.id))
            db.session.remove()

    keys = [uuid4().hex for _ in range(AT_ONCE // 2)]
    threads = [threading.Thread(target=send, args=(key,)) for key in [*keys, *[keys[0]] * (AT_ONCE // 2)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == AT_ONCE and {kind for _key, kind, _id in answers} == {Refusal}
    assert len({(key, made) for key, _kind, made in answers}) == len(keys) == db.session.query(Refusal).count()
    assert db.session.query(Submission).count() == 0
    scored("P12", what="late tries at the same moment, wrongly answered", sample=AT_ONCE)


# ---- Controls ----


def test_a_form_judged_before_its_time_is_noticed(
    app: Flask, rolled_back: None, clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: a form with something missing is sent back to be completed, also after the deadline."""
    monkeypatch.setattr(services, "refuse_if_late", lambda *_a, **_k: None)
    rfp_id = make_open_rfp().id
    faults = {
        way: try_late(app, rfp_id, clock, way, "submitted", "three seconds")
        for way in ("open boxes", "no key", "nonsense")
    }
    assert all(faults.values()), faults
    scored("P12", control="a form judged for its boxes first leaves no refusal, and is noticed")


def test_a_grace_period_is_noticed(
    app: Flask, rolled_back: None, clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: five seconds of grace in the service; even then the database takes nothing."""
    grace = timedelta(seconds=5)
    real = arriving.Arrival.late.fget
    assert real is not None
    monkeypatch.setattr(
        arriving.Arrival, "late", property(lambda arrival: real(replace(arrival, at=arrival.at - grace)))
    )
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    [*faults] = try_late(app, make_open_rfp().id, clock, "a program", "never submitted", "three seconds")
    assert any("answered 5" in fault for fault in faults), faults
    assert not any("accepted" in fault for fault in faults), faults
    scored("P12", control="a grace period of five seconds is noticed, and refused by the database")


def test_an_old_version_of_the_call_is_no_excuse(app: Flask, rolled_back: None, clock: OfficialClock) -> None:
    """An addendum after the page was opened: late all the same."""
    rfp = make_open_rfp()
    late = before_the_deadline(app, rfp, "submitted")
    make_addendum(rfp)
    clock.freeze(rfp.closes_at + timedelta(seconds=1))
    assert faults_of(late, late.post(), 1) == []
