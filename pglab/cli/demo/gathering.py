"""The information sessions of the demo: one over with its recording, one with places, one full, one cancelled."""

from datetime import timedelta

from sqlalchemy import select

from pglab.cli.demo import city
from pglab.cli.demo.cohorts.call_90 import COHORT as DECIDED
from pglab.cli.demo.cohorts.open_12 import OPEN
from pglab.cli.demo.story import WED, Calendar, Step
from pglab.core.db import db
from pglab.info_sessions import services
from pglab.info_sessions.models import InfoSession
from pglab.info_sessions.queries import get_session
from pglab.info_sessions.services import SessionPlan
from pglab.outbox.models import Email, Notice

HOUR = timedelta(hours=1)
ROOM = "City-County Building, 414 Grant Street, room 646"
ONLINE = "https://meet.example.org/pgh-lab"
RECORDING = "https://video.example.org/pgh-lab-cohort-{}"
GUESTS = (
    ("Rosa Díaz", "rosa.diaz@example.org"),
    ("王小明", "wang@example.org"),
    ("Ana-María O’Neil-Smythe", "ana.oneil@example.org"),
)


def steps(calendar: Calendar) -> list[Step]:
    """Nine days ago to yesterday, and one hour of cohort 90."""
    on, at = calendar.on, calendar.days
    first = SessionPlan("Pre-bid meeting", at(-6, "12:00"), at(-6, "12:00") + HOUR, ROOM, ONLINE, None)
    open_hour = SessionPlan("Ask the program", at(3, "12:00"), at(3, "12:00") + HOUR, "", ONLINE, 40)
    visit = SessionPlan("Visit to a field site", at(5, "10:00"), at(5, "10:00") + 2 * HOUR, ROOM, "", 2)
    evening = SessionPlan("Evening session", at(2, "18:00"), at(2, "18:00") + HOUR, ROOM, "", 30)
    long_ago = calendar.week(-46, WED, "12:00")
    earlier = SessionPlan("Pre-bid meeting", long_ago, long_ago + HOUR, "", ONLINE, None)
    return [
        on((-9, "10:10"), "A session of cohort 12 is announced", announce, OPEN, first),
        *(on((-8, "11:00"), f"{guest[0]} takes a place", attend, OPEN, 1, guest) for guest in GUESTS),
        on((-5, "15:20"), "Its recording is added", add_recording, OPEN, 1),
        on((-4, "10:40"), "A session with places is announced", announce, OPEN, open_hour),
        on((-4, "11:10"), "A session for two is announced", announce, OPEN, visit),
        on((-4, "11:40"), "A third session is announced", announce, OPEN, evening),
        on((-3, "13:00"), "Somebody takes a place in one with places", attend, OPEN, 2, GUESTS[0]),
        *(
            on((-3, "13:10"), f"{name} takes one of the two", attend, OPEN, 3, (name, email))
            for name, email in GUESTS[1:]
        ),
        on((-3, "13:20"), "Somebody takes a place in the third", attend, OPEN, 4, GUESTS[0]),
        on((-1, "14:15"), "It is cancelled", cancel, OPEN, 4),
        calendar.act((-47, WED, "15:10"), "A session of cohort 90 is announced", announce, DECIDED, earlier),
        calendar.act((-45, WED, "15:10"), "Its recording is added too", add_recording, DECIDED, 1),
    ]


def announce(cohort: int, plan: SessionPlan) -> None:
    """Priya Shah announces a session."""
    services.publish_session(city.rfp(cohort), plan, actor=city.person("Priya Shah"))


def attend(cohort: int, number: int, guest: tuple[str, str]) -> None:
    """Somebody asks for a place and opens the link in the mail."""
    name, email = guest
    services.ask_for_place(session_of(cohort, number), name=name, email=email)
    services.confirm_place(link_of(email))


def link_of(email: str) -> str:
    """The secret in the mail that somebody has just got."""
    asked = (Email.to_address == email, Notice.kind == "session_place_asked")
    newest = select(Notice.body_text).join(Email).where(*asked).order_by(Notice.created_at.desc()).limit(1)
    written = db.session.scalars(newest).one()
    return next(word for word in written.split() if "/info-sessions/places/" in word).rpartition("/")[2]


def session_of(cohort: int, number: int) -> InfoSession:
    """One session of a cohort."""
    return get_session(cohort, number, viewer=city.person("Priya Shah"))


def add_recording(cohort: int, number: int) -> None:
    """Where it can be seen afterwards."""
    found, url = session_of(cohort, number), RECORDING.format(cohort)
    services.add_recording(found, recording_url=url, version=found.version, actor=city.person("Priya Shah"))


def cancel(cohort: int, number: int) -> None:
    """It does not take place."""
    found, reason = session_of(cohort, number), "The building is closed that evening. Come to another session."
    services.cancel_session(found, reason=reason, version=found.version, actor=city.person("Priya Shah"))
