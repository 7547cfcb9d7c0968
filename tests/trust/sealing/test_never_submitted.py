"""P1, after the opening: what was drafted and never submitted stays private for good, and so do a proposal withdrawn
before and changes that were not submitted again.

Sample: every page as each of fourteen people, once two people have opened a call in which one startup never submitted
in time, one took its submission back, and another went on writing after it had submitted; each with 128 random bits in
every answer, file name and file. Of the first two nothing may come out, not even that they exist; of the log every
entry is asked for as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.app import create_app
from pglab.audit.models import AuditEvent
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.proposals import services
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp
from tests.support import databases
from tests.support.client import client_for
from tests.support.demo import demo_database
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.sealing.canaries import Planted, plant
from tests.trust.sealing.conftest import about, datasets, tidy_store
from tests.trust.sealing.rounds import City, sweep
from tests.trust.sealing.searching import Search
from tests.trust.sealing.test_canaries import GROUPS
from tests.trust.world import person

pytestmark = pytest.mark.slow


@dataclass
class Opened:
    """The city after the opening. `unsent` looks for what nobody else may ever read; `sent` is what readers now may.
    `private` are the proposals that nobody opened."""

    unsent: City
    sent: Search
    reference: str
    private: list[Planted]


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    with databases.copy_of(demo_database(), databases.run_name("unsent")) as settings:
        app, clock = create_app(settings), databases.OfficialClock(settings)
        app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault becomes a page, as it does for people
        with app.app_context():
            submitted = plant(clock)
            never = plant(clock, startup="Never Neat Co.", submits=False)
            withdrawn = plant(clock, startup="Withdrawn Wool Co.")
            withdraw(withdrawn)
            listed = [place for place in [*about(app, never), *datasets()] if place.method == "GET"]
            open_call(clock, submitted)
            words = {f"of one that submitted: {key}": word for key, word in only(submitted, "unsent").items()}
            words |= {f"of one withdrawn: {key}": word for key, word in withdrawn.words.items()}
            names = {f"of one withdrawn: {key}": name for key, name in withdrawn.names.items()}
            kept = replace(never, words={**never.words, **words}, names={**never.names, **names})
            db.session.remove()
        sent = Search(only(submitted, "sent"))
        yield Opened(City(app, kept, listed), sent, submitted.names["reference"], [never, withdrawn])
        clock.reset()
        with app.app_context():
            for planted in (submitted, never, withdrawn):
                tidy_store(planted)
        databases.hang_up(app)


def only(planted: Planted, when: str) -> dict[str, str]:
    """The canaries of what was submitted, or of what was written since."""
    return {place: word for place, word in planted.words.items() if place.startswith(f"{when} ")}


def withdraw(planted: Planted) -> None:
    """Its representative takes the submission back."""
    proposal, owner = db.session.get_one(Proposal, planted.proposal_id), db.session.get_one(User, planted.owner_id)
    with transaction():
        services.withdraw_proposal(proposal, seen=proposal.submission_number, actor=owner)


def open_call(clock: databases.OfficialClock, planted: Planted) -> None:
    """The deadline passes, and two people open."""
    rfp = db.session.get_one(Rfp, planted.rfp_id)
    clock.move(rfp.closes_at - official_now() + timedelta(hours=1))
    for step, role in ((services.ask_opening, "manager"), (services.confirm_opening, "director")):
        actor = person(role)
        assert actor is not None
        with transaction():
            step(rfp, actor=actor)


@pytest.mark.parametrize("group", GROUPS)
def test_what_was_never_submitted_comes_out_of_no_page(opened: Opened, scored: Scores, group: str) -> None:
    found = sweep(opened.unsent, opened.unsent.listed, GROUPS[group])
    assert found.leaks == {}
    assert found.answers >= 200 * len(GROUPS[group])
    scored("P1", what=f"pages after the opening ({group}) with a word never submitted", sample=found.answers)


def test_what_was_submitted_can_be_read_now(opened: Opened, scored: Scores) -> None:
    """Control: the same way of looking finds what was submitted, in the record that program staff may read now."""
    app = opened.unsent.app
    with undone(app):
        manager = person("manager")
        assert manager is not None
        record = client_for(app).sign_in(manager).get(f"/manage/proposals/{opened.reference}", check=False)
        found = opened.sent.in_response(record)
        assert opened.unsent.words.in_response(record) == set()
    assert any("answer" in place for place in found)
    scored("P1", control=f"after the opening the same search finds {len(found)} words that were submitted")


def entries_of(planted: Planted) -> list[AuditEvent]:
    """All that the log holds about this proposal and its files, whoever may see it."""
    told = {name for name in planted.names.values() if len(name) == 36}
    about = select(AuditEvent).where(text("CAST(subject_id AS text) = ANY (:told)")).params(told=list(told))
    return list(db.session.scalars(about.where(AuditEvent.sealed_rfp_id.is_not(None))))


def seen_in_log(opened: Opened, role: str, planted: Planted) -> set[str]:
    """The actions of this proposal's entries that this person can open."""
    with undone(opened.unsent.app):
        entries = entries_of(planted)
        assert len(entries) > 10
        client = client_for(opened.unsent.app).sign_in(person(role))
        pages = {each.action: client.get(f"/admin/audit/{each.hash}", check=False).status_code for each in entries}
        half = planted.names["reference"][:-1]
        if planted.names["reference"] in client.get(f"/admin/audit?subject={half}", check=False).text:
            pages["in the list"] = 200
    return {action for action, status in pages.items() if status != 404}


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_the_log_tells_of_no_proposal_that_nobody_opened(opened: Opened, scored: Scores, role: str) -> None:
    for planted in opened.private:
        assert seen_in_log(opened, role, planted) == set()
    with undone(opened.unsent.app):
        sample = sum(len(entries_of(planted)) for planted in opened.private)
    scored("P1", what=f"entries of the log ({role}) about a proposal that nobody opened", sample=sample)


def test_the_log_tells_of_what_was_opened(opened: Opened, scored: Scores) -> None:
    """Control: the same way of looking finds the entries of the proposal that was opened; and those of the others once
    the log asks only whether the call was opened."""
    with undone(opened.unsent.app):
        submitted = db.session.scalars(select(Proposal).where(Proposal.reference == opened.reference)).one()
        names = {"reference": submitted.reference, "proposal": str(submitted.id)}
        planted = replace(opened.private[0], names=names)
    assert {"proposal.submitted", "in the list"} <= seen_in_log(opened, "auditor", planted)
    with whole_calls_released(opened):
        assert all("in the list" in seen_in_log(opened, "auditor", each) for each in opened.private)
    scored("P1", control="a log that asks only for the call tells of the draft and of the withdrawn proposal")


@contextmanager
def whole_calls_released(opened: Opened) -> Iterator[None]:
    """The rule as it must not be: with the call, everything in it is released."""
    owners = opened.unsent.app.config["SETTINGS"].database_owner_url.replace("+psycopg", "")
    with psycopg.connect(owners, autocommit=True) as owner:
        (kept,) = owner.execute("SELECT pg_get_functiondef('opened_subjects()'::regprocedure)").fetchone()
        owner.execute(
            "CREATE OR REPLACE FUNCTION opened_subjects() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER "
            "SET search_path = public, pg_temp AS $$ SELECT subject_id FROM audit_events JOIN rfps "
            "ON rfps.id = sealed_rfp_id WHERE rfps.opened_at IS NOT NULL $$"
        )
        try:
            yield
        finally:
            owner.execute(kept)
