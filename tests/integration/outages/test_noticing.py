"""Outages that the site notices by itself: by silence, found while it lasts or afterwards; and what follows near a
deadline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from pglab.accounts.models import User
from pglab.addenda.queries import list_unanswered_outages
from pglab.addenda.services import Extension, ask_extension
from pglab.app import sign_of_life
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db, transaction
from pglab.outages import services
from pglab.outages.jobs import watch as watch_job
from pglab.outages.models import Heartbeat, Outage
from pglab.outages.queries import list_all
from pglab.outages.services import Downtime, beat, note_outage, watch
from pglab.outages.states import Part
from pglab.outbox.models import Notice
from pglab.proposals.services import tell_teams_of_outage
from pglab.rfps.models import Rfp
from pglab.web.heartbeat import Heart
from tests.factories.accounts import make_program_manager
from tests.factories.proposals import make_draft, make_submitted_proposal
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

Login = Callable[[User], Client]
SIXTEEN_MINUTES = timedelta(minutes=16)

pytestmark = pytest.mark.usefixtures("rolled_back")


def silent(part: Part, since: timedelta) -> None:
    """Its last sign of life came so long ago."""
    with transaction():
        db.session.merge(Heartbeat(part=part, seen_at=machine_now() - since))


def round_of(*, files_answer: bool = True) -> None:
    with transaction():
        watch(files_answer=files_answer)


def sign(part: Part = Part.SITE) -> None:
    with transaction():
        beat(part)


def test_signs_that_come_leave_the_log_empty() -> None:
    for _ in range(3):
        sign()
        round_of()
    silent(Part.SITE, timedelta(seconds=100))
    sign()
    assert list_all() == []


def test_a_silence_with_everything_else_is_found_afterwards(client: Client) -> None:
    """The database was away: nobody could write anything, and the first to come back finds the gap."""
    silent(Part.SITE, SIXTEEN_MINUTES)
    silent(Part.WATCHER, SIXTEEN_MINUTES)
    sign()
    round_of()

    (outage,) = list_all()
    assert outage.ended_at is not None
    assert abs(outage.ended_at - outage.started_at - SIXTEEN_MINUTES) < timedelta(seconds=5)
    assert (outage.part, outage.noted_by) == (Part.SITE, None)
    assert "PGH Lab did not answer." in client.get("/status").text


def test_a_silence_that_goes_on_is_noted_at_once_and_ended_when_it_is_heard(login: Login) -> None:
    silent(Part.SITE, timedelta(minutes=5))
    silent(Part.WATCHER, timedelta(minutes=1))
    round_of()
    round_of()

    (outage,) = list_all()
    assert outage.ended_at is None
    page = login(make_program_manager()).get("/manage/outages").text
    assert "Goes on" in page
    assert "Noticed by PGH Lab" in page
    sign()
    assert db.session.get_one(Outage, outage.id).ended_at is not None
    log = db.session.execute(text("SELECT action FROM audit_events WHERE subject_type = 'Outage' ORDER BY seq"))
    assert log.scalars().all() == ["outage.noticed", "outage.ended"]


def test_the_store_is_asked_and_a_watcher_that_was_away_judges_nobody_by_that_time() -> None:
    silent(Part.WATCHER, timedelta(hours=1))
    silent(Part.FILES, timedelta(hours=1))
    round_of()
    assert list_all() == [], "only the worker was away"
    silent(Part.FILES, timedelta(minutes=3))
    round_of(files_answer=False)
    assert [(each.part, each.ended_at) for each in list_all()] == [(Part.FILES, None)]
    round_of()
    assert list_all()[0].ended_at is not None


def test_the_database_keeps_what_is_noticed_apart_from_what_is_noted() -> None:
    for columns, values in (("part", "'site'"), ("noted_by_id", "NULL")):
        given = f"'{make_program_manager(f'P {columns}').id}'" if columns == "part" else "NULL"
        statement = (
            "INSERT INTO outages (id, started_at, summary, noted_at, version, part, noted_by_id) VALUES "
            f"(gen_random_uuid(), now(), 'x', now(), 1, {values}, {given})"
        )
        with pytest.raises(IntegrityError, match="noted_by_somebody_or_itself"), db.session.begin_nested():
            db.session.execute(text(statement))


def outage_before(rfp: Rfp, clock: OfficialClock, *, before: timedelta = timedelta(hours=2)) -> Outage:
    """Sixteen minutes that ended so long before the deadline, half an hour ago."""
    clock.move(rfp.closes_at - before + timedelta(minutes=30) - machine_now())
    ended = rfp.closes_at - before
    with transaction():
        return note_outage(
            Downtime(ended - SIXTEEN_MINUTES, ended, "Pages did not load."), actor=make_program_manager()
        )


def test_near_a_deadline_the_manager_is_offered_the_lost_time(login: Login, clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    outage = outage_before(rfp, clock)
    manager = login(make_program_manager("Petra Second"))

    page = manager.get("/manage").text
    assert "Outage of 16 minutes shortly before the deadline of cohort 12" in page
    address = f"/manage/cohorts/12/deadline-extension?outage={outage.id}"
    assert address in page
    form = manager.get(address).text
    assert "Pages did not load. From" in form
    assert f'value="{outage.id}" selected' in form or f'<option selected value="{outage.id}"' in form

    later = rfp.closes_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    with transaction():
        ask_extension(rfp, Extension(later, "Time was lost.", outage), actor=make_program_manager("Third Person"))
    assert "Outage of 16 minutes" not in manager.get("/manage").text


def test_an_outage_long_before_the_deadline_is_no_offer(login: Login, clock: OfficialClock) -> None:
    """Negative control: the same outage a day earlier."""
    outage_before(make_open_rfp(), clock, before=timedelta(hours=30))
    assert "Outage of 16 minutes" not in login(make_program_manager("Petra Second")).get("/manage").text


def test_only_teams_that_have_not_submitted_are_told_once(clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    draft, sent = make_draft(rfp), make_submitted_proposal(rfp)
    outage = outage_before(rfp, clock)
    for _ in range(2):
        with transaction():
            tell_teams_of_outage(outage.id)

    told = db.session.query(Notice).filter(Notice.kind == "outage").all()
    assert [notice.about for notice in told] == [draft.reference]
    assert sent.reference not in {notice.about for notice in told}
    assert "We had a problem on" in told[0].subject
    assert "do not wait for that" in told[0].body_text


def test_a_page_says_that_the_outage_is_on_record_when_a_deadline_is_close(app: Flask) -> None:
    """The process knows the deadline from before; the database need not answer."""
    heart: Heart = app.extensions["heart"]
    away = OperationalError("SELECT 1", {}, Exception("no database"))
    for deadlines, said in (((), False), ((machine_now() + timedelta(hours=20),), True)):
        heart.deadlines = deadlines
        with app.test_request_context("/"):
            page = app.make_response(app.handle_user_exception(away)).get_data(as_text=True)
        assert "A part of PGH Lab isn’t answering" in page
        assert ("We have logged this outage at" in page) is said
    heart.deadlines = ()


def test_a_process_gives_signs_and_learns_the_deadlines(clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    clock.move(timedelta(days=1))
    (deadline,) = sign_of_life()
    assert abs(deadline - (rfp.closes_at - timedelta(days=1))) < timedelta(seconds=5)
    assert db.session.get_one(Heartbeat, Part.SITE)
    assert abs(official_now() - machine_now() - timedelta(days=1)) < timedelta(seconds=5)


def test_the_offer_takes_as_many_statements_for_three_calls_as_for_one(login: Login, clock: OfficialClock) -> None:
    rfp = make_open_rfp()
    outage_before(rfp, clock)
    with counting() as one:
        assert len(list_unanswered_outages(official_now())) == 1
    make_open_rfp(13, closes_in=rfp.closes_at - official_now() + timedelta(minutes=1))
    outage_before(rfp, clock, before=timedelta(hours=3))
    db.session.expire_all()
    with counting() as more:
        assert len(list_unanswered_outages(official_now())) >= 2
    assert len(more) == len(one)
    assert timedelta(minutes=1) < services.SILENT_AFTER


def test_without_the_database_there_is_no_sign_and_the_deadlines_stay_known(app: Flask) -> None:
    deadline = machine_now() + timedelta(hours=3)
    given: list[object] = [[deadline], OperationalError("SELECT 1", {}, Exception("no database"))]

    def beat_then_fail() -> list[datetime]:
        next_one = given.pop(0)
        if isinstance(next_one, Exception):
            raise next_one
        return cast(list[datetime], next_one)

    heart = Heart(app, beat_then_fail)
    assert not heart.deadline_is_close()
    heart.once()
    heart.once()
    assert heart.deadlines == [deadline]
    assert heart.deadline_is_close()
    assert given == []


@pytest.mark.parametrize("watching", [True, False])
def test_the_job_asks_the_store_where_it_is_told_to_watch(
    app: Flask, monkeypatch: pytest.MonkeyPatch, watching: bool
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], watch_outages=watching))
    watch_job(timestamp=0)
    assert bool(db.session.get(Heartbeat, Part.FILES)) is watching
