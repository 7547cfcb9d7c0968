"""Publishing, moving and cancelling sessions: everyone reads it, and who has a place is told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from pglab.audit.models import AuditEvent
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.info_sessions import services
from pglab.outbox.models import Email, Notice
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.states import NewsKind
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.info_sessions import make_session, plan, take_place
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.statements import counting

MANAGE = "/manage/cohorts/12/info-sessions"


def told(kind: str) -> list[Email]:
    return list(db.session.scalars(select(Email).join(Notice).where(Notice.kind == kind)))


def event(written: str | bytes) -> dict:
    (found,) = [each for each in Calendar.from_ical(written).walk("VEVENT") if "session" in each["uid"]]
    return found


def news() -> list[str]:
    found = db.session.scalars(select(NewsItem).where(NewsItem.kind == NewsKind.SESSION).order_by(NewsItem.id))
    return [item.title.partition(":")[0] for item in found]


def test_a_session_stands_on_the_page_in_the_calendar_and_in_the_news(client):
    session = make_session(make_open_rfp())

    assert "Questions and answers" in client.get("/cohorts/12").text
    assert event(client.get("/cohorts/12.ics").data)["status"] == "CONFIRMED"
    assert event(client.get("/cohorts/12/info-sessions/1.ics").data)["uid"] == "cohort-12-info-session-1@pghlab"
    assert news() == ["Information session"]
    assert client.get(f"/cohorts/12/info-sessions/{session.number + 1}").status_code == 404


def test_staff_announce_one_with_the_form(login):
    rfp = make_open_rfp()
    manager = login(make_program_manager())
    day = (rfp.closes_at - timedelta(days=2)).date().isoformat()
    given = {"title": "Pre-bid meeting", "starts_at-date": day, "starts_at-time": "12:00", "ends_at-date": day}

    refused = manager.post(f"{MANAGE}/new", data={**given, "ends_at-time": "11:00", "place": "Room 646"})
    taken = manager.post(
        f"{MANAGE}/new", data={**given, "ends_at-time": "13:00", "place": "Room 646", "capacity": "40"}
    )

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert "Room 646" in manager.get(MANAGE).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": timedelta(days=-10)}, "starts_at"),
        ({"starts_at": timedelta(days=30), "ends_at": timedelta(days=30)}, "starts_at"),
        ({"ends_at": timedelta(hours=-1)}, "ends_at"),
        ({"join_link": ""}, "place"),
    ],
)
def test_a_session_has_a_time_before_the_deadline_and_a_place(rolled_back, change, field):
    rfp, good = make_open_rfp(), plan()
    wrong = {name: getattr(good, name) + value if value else value for name, value in change.items()}

    with pytest.raises(RuleError) as refusal, transaction():
        services.publish_session(rfp, replace(good, **wrong), actor=make_program_manager())
    assert refusal.value.field == field


def test_a_draft_has_no_sessions_and_directors_only_look(rolled_back):
    draft = make_draft_rfp(13)
    with pytest.raises(StateError), transaction():
        services.publish_session(draft, plan(), actor=make_program_manager())
    with pytest.raises(AccessDeniedError), transaction():
        services.publish_session(make_open_rfp(), plan(), actor=make_director())


def test_moving_it_tells_who_has_a_place_and_corrects_their_calendars(client):
    session = make_session(make_open_rfp())
    take_place(session, "rosa@example.org")
    before, later = event(client.get("/cohorts/12.ics").data), plan(timedelta(days=4))

    with transaction():
        services.change_session(session, later, version=session.version, actor=make_program_manager())

    (mail,) = told("session_changed")
    after = event(client.get("/cohorts/12.ics").data)
    assert (before["uid"], before["sequence"], after["sequence"]) == (after["uid"], 0, 1)
    assert event(mail.calendar)["dtstart"].dt == after["dtstart"].dt != before["dtstart"].dt
    assert mail.to_address == "rosa@example.org"
    assert news() == ["Information session", "Information session changed"]


def test_another_number_of_places_is_no_news_and_never_below_those_taken(rolled_back):
    session = make_session(make_open_rfp(), capacity=5)
    take_place(session)
    take_place(session)
    same = replace(plan(), starts_at=session.starts_at, ends_at=session.ends_at)

    with pytest.raises(RuleError, match="2 places are taken"), transaction():
        services.change_session(session, replace(same, capacity=1), version=1, actor=make_program_manager())
    with transaction():
        services.change_session(session, replace(same, capacity=2), version=1, actor=make_program_manager())
    assert (told("session_changed"), news()) == ([], ["Information session"])


def test_two_people_never_overwrite_each_other_silently(rolled_back):
    session = make_session(make_open_rfp())
    with transaction():
        services.change_session(session, plan(timedelta(days=4)), version=1, actor=make_program_manager())

    with pytest.raises(StateError, match="Somebody else"), transaction():
        services.change_session(session, plan(timedelta(days=5)), version=1, actor=make_program_manager())


def test_cancelling_tells_everyone_and_keeps_it_on_the_page(client, login):
    session = make_session(make_open_rfp())
    take_place(session)
    manager = login(make_program_manager())

    assert manager.post(f"{MANAGE}/1/cancellation", data={"version": "1", "reason": ""}).status_code == 422
    assert manager.post(f"{MANAGE}/1/cancellation", data={"version": "1", "reason": "Snow."}).status_code == 303

    (mail,) = told("session_cancelled")
    assert event(mail.calendar)["status"] == "CANCELLED"
    assert "Snow." in mail.notice.body_text
    assert "Snow." in client.get("/cohorts/12/info-sessions/1").text
    assert event(client.get("/cohorts/12.ics").data)["status"] == "CANCELLED"
    assert manager.post(f"{MANAGE}/1/cancellation", data={"version": "2", "reason": "Again"}).status_code == 409


def test_a_recording_is_added_once_it_is_over(client, login, clock):
    session = make_session(make_open_rfp())
    take_place(session)
    link = {"version": "1", "recording_url": "https://video.example.org/1"}
    with pytest.raises(StateError), transaction():
        services.add_recording(session, recording_url=link["recording_url"], version=1, actor=make_program_manager())
    clock.freeze(session.ends_at)

    assert login(make_program_manager()).post(f"{MANAGE}/1", data=link).status_code == 303
    assert link["recording_url"] in client.get("/cohorts/12/info-sessions/1").text
    assert len(told("session_recording")) == 1


def test_everybody_is_reminded_once_a_day_before_and_nobody_of_a_cancelled_one(rolled_back, clock):
    clock.freeze(datetime(2026, 10, 5, 11, 0, tzinfo=EASTERN))
    rfp = make_open_rfp()
    session, off, later = make_session(rfp), make_session(rfp), make_session(rfp, timedelta(days=5))
    for each in (session, off, later):
        take_place(each)
    with transaction():
        services.cancel_session(off, reason="Snow.", version=1, actor=make_program_manager())
    runs = []
    for before in (timedelta(hours=24, microseconds=1), timedelta(hours=24), timedelta(hours=1), timedelta(0)):
        clock.freeze(session.starts_at - before)
        with transaction():
            runs.append(services.remind())

    assert runs == [0, 1, 0, 0]
    (mail,) = told("session_reminder")
    assert mail.calendar


def test_without_the_stamp_a_second_run_would_remind_again(rolled_back, clock):
    """Negative control of the test above."""
    clock.freeze(datetime(2026, 10, 5, 11, 0, tzinfo=EASTERN))
    session = make_session(make_open_rfp())
    take_place(session)
    clock.freeze(session.starts_at - timedelta(hours=1))
    runs = []
    for _ in range(2):
        with transaction():
            runs.append(services.remind())
            session.reminded_at = None

    assert runs == [1, 1]


def test_every_act_is_on_the_log_without_the_link_to_join(rolled_back):
    session = make_session(make_open_rfp())
    with transaction():
        services.change_session(session, plan(timedelta(days=4)), version=1, actor=make_program_manager())
    with transaction():
        services.cancel_session(session, reason="Snow.", version=2, actor=make_program_manager())

    entries = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == session.id).order_by(AuditEvent.seq))
    found = {entry.action: entry.change for entry in entries}
    assert list(found) == ["info_session.published", "info_session.changed", "info_session.cancelled"]
    assert not any("meet.example.org" in change for change in found.values())


@pytest.mark.parametrize("page", [MANAGE, f"{MANAGE}/new", f"{MANAGE}/1", f"{MANAGE}/1/cancellation"])
def test_only_staff_arrange_and_see_who_comes(login, page):
    make_session(make_open_rfp())

    assert login(make_program_manager()).get(page).status_code == 200
    assert login(make_user()).get(page).status_code == 403


def test_lists_send_as_many_statements_for_three_sessions_as_for_one(client, login):
    rfp, manager, counts = make_open_rfp(), login(make_program_manager()), []
    for more in (1, 2):
        for _ in range(more):
            take_place(make_session(rfp))
        for person, page in ((manager, MANAGE), (client, "/cohorts/12"), (client, "/cohorts/12.ics")):
            db.session.expire_all()
            with counting() as sent:
                assert person.get(page).status_code == 200
            counts.append(len(sent))
    assert counts[:3] == counts[3:]
