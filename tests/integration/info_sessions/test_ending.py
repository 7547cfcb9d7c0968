"""A cancelled call takes its sessions along; a reminder never comes at night."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from pglab.addenda.models import Cancellation
from pglab.addenda.services import ask_cancellation, confirm_cancellation
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db, transaction
from pglab.info_sessions import queries, services
from pglab.info_sessions.models import InfoSession
from pglab.outbox.models import Email, Notice
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.info_sessions import make_session, take_place
from tests.factories.rfps import make_open_rfp
from tests.support.databases import OfficialClock

MORNING = datetime(2026, 10, 5, 11, 0, tzinfo=EASTERN)
HOUR = timedelta(hours=1)


def cancel(rfp: Rfp) -> Cancellation:
    with transaction():
        ask_cancellation(rfp, reason="The budget was cut.", actor=make_program_manager())
    with transaction():
        return confirm_cancellation(rfp, request=1, actor=make_director())


def work(cancellation: Cancellation) -> int:
    with transaction():
        return services.end_with_call(cancellation.id)


def told(kind: str) -> list[Email]:
    return list(db.session.scalars(select(Email).join(Notice).where(Notice.kind == kind)))


def entry(written: str | bytes, number: int) -> tuple[str, str, int]:
    """Method of the file, state and number of the session's entry in it."""
    read = Calendar.from_ical(written)
    [event] = [each for each in read.walk("VEVENT") if f"info-session-{number}" in each["uid"]]
    return str(read["method"]), str(event["status"]), int(event["sequence"])


def test_who_has_a_place_learns_that_the_call_is_cancelled_and_the_entry_goes(client, clock: OfficialClock):
    clock.freeze(MORNING)
    rfp = make_open_rfp()
    over, coming = make_session(rfp, HOUR), make_session(rfp)
    take_place(over)
    clock.freeze(MORNING + timedelta(minutes=1))
    take_place(coming, "rosa@example.org")
    clock.freeze(MORNING + 3 * HOUR)
    cancellation = cancel(rfp)
    assert client.get("/cohorts/12.ics").status_code == 200
    at_once = entry(client.get("/cohorts/12.ics").data, 2)

    assert (work(cancellation), work(cancellation)) == (1, 0)
    [mail] = told("session_cancelled")
    assert mail.to_address == "rosa@example.org"
    assert "The whole call was cancelled. The budget was cut." in mail.notice.body_text
    assert entry(mail.calendar, 2) == ("CANCEL", "CANCELLED", 1)
    assert entry(client.get("/cohorts/12.ics").data, 2) == at_once == ("PUBLISH", "CANCELLED", 1)
    assert entry(client.get("/cohorts/12.ics").data, 1) == ("PUBLISH", "CONFIRMED", 0), "what took place took place"
    page = client.get("/cohorts/12/info-sessions/2").text
    assert "This session is cancelled" in page and "The budget was cut." in page
    assert "This session is cancelled" not in client.get("/cohorts/12/info-sessions/1").text


def test_nobody_is_reminded_of_a_session_of_a_cancelled_call_whether_the_worker_came_by_or_not(
    rolled_back, clock: OfficialClock
):
    clock.freeze(MORNING)
    rfp = make_open_rfp()
    session = make_session(rfp)
    take_place(session)
    cancellation = cancel(rfp)
    for ended in (False, True):
        if ended:
            work(cancellation)
        clock.freeze(session.starts_at - 2 * HOUR)
        with transaction():
            assert services.remind() == 0


# When the session begins, when the worker looks, whether it reminds.
NIGHTS = [
    ((6, 11, 0), (5, 11, 0), True),
    ((6, 21, 0), (5, 21, 0), False),
    ((6, 21, 0), (6, 7, 59), False),
    ((6, 21, 0), (6, 8, 0), True),
    ((6, 9, 1), (5, 22, 0), False),
    ((6, 9, 0), (5, 22, 0), True),
    ((6, 7, 30), (6, 3, 0), True),
    ((6, 19, 0), (5, 19, 59), True),
    ((6, 19, 0), (5, 20, 0), False),
]


@pytest.mark.parametrize(("begins", "looks", "reminds"), NIGHTS)
def test_a_reminder_comes_by_day_unless_the_morning_would_be_too_late(
    rolled_back,
    clock: OfficialClock,
    begins: tuple[int, int, int],
    looks: tuple[int, int, int],
    reminds: bool,
):
    clock.freeze(MORNING - 24 * HOUR)
    starts_at = datetime(2026, 10, *begins, tzinfo=EASTERN)
    session = make_session(make_open_rfp(), starts_at - official_now())
    take_place(session)
    clock.freeze(datetime(2026, 10, *looks, tzinfo=EASTERN))

    with transaction():
        assert services.remind() == reminds
    for mail in told("session_reminder"):
        day = "Today" if begins[0] == looks[0] else "Tomorrow"
        assert mail.notice.subject.startswith(f"{day}, ")
        assert mail.notice.subject.endswith(" ET: PGH Lab info session")


def test_without_the_rule_of_the_night_people_would_be_woken(
    rolled_back, clock: OfficialClock, monkeypatch: pytest.MonkeyPatch
):
    """Negative control of the test above."""
    monkeypatch.setattr(queries, "DAY_FROM", datetime.min.time())
    monkeypatch.setattr(queries, "DAY_UNTIL", datetime.max.time())
    clock.freeze(MORNING)
    session: InfoSession = make_session(make_open_rfp(), timedelta(days=1, hours=10))
    take_place(session)
    clock.freeze(session.starts_at - 18 * HOUR)
    with transaction():
        assert services.remind() == 1
