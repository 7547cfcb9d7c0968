"""What people with a place are mailed. Each mail carries the session as a calendar file that corrects the last one."""

from datetime import datetime

from pglab.adapters.mailer import current_mailer
from pglab.info_sessions import queries
from pglab.info_sessions.models import InfoSession, SessionPlace
from pglab.outbox.services import owe
from pglab.web.filters import et_long, et_time, local_day


def ask_to_confirm(place: SessionPlace, session: InfoSession, path: str) -> None:
    """The link behind which the owner of a mailbox takes the place; its text is erased once sent."""
    owe(
        "session_place_asked",
        place.email,
        subject=f"Confirm your place: {session.title}",
        template="info_sessions/confirm",
        private=True,
        session=session,
        when=et_long(session.starts_at),
        path=path,
    )


def tell_confirmed(place: SessionPlace, path: str) -> None:
    """When and where, how to join, and the link that gives the place up."""
    _tell("session_place", place, "info_sessions/place", f"Your place: {place.session.title}", path=path)


def tell_reminder(place: SessionPlace, now: datetime) -> None:
    """Today or tomorrow there is a session (N5)."""
    starts_at = place.session.starts_at
    day = "Today" if local_day(starts_at) == local_day(now) else "Tomorrow"
    subject = f"{day}, {et_time(starts_at)}: PGH Lab info session"
    _tell("session_reminder", place, "info_sessions/reminder", subject)


def tell_moved(place: SessionPlace, before: datetime) -> None:
    """Another time or place."""
    subject = f"Changed: {place.session.title}"
    _tell("session_changed", place, "info_sessions/changed", subject, before=et_long(before))


def tell_cancelled(place: SessionPlace) -> None:
    """It does not take place, and why."""
    _tell("session_cancelled", place, "info_sessions/cancelled", f"Cancelled: {place.session.title}")


def tell_recording(place: SessionPlace) -> None:
    """Where it can be seen afterwards."""
    _tell("session_recording", place, "info_sessions/recording", f"Recording: {place.session.title}")


def _tell(kind: str, place: SessionPlace, template: str, subject: str, **told: str) -> None:
    session = place.session
    mailer = current_mailer()
    calendar = queries.write_session(session, base_url=mailer.settings.base_url, organizer=mailer.address).decode()
    owe(
        kind,
        place.email,
        subject=subject,
        template=template,
        private=True,
        session=session,
        when=et_long(session.starts_at),
        page=queries.gathering_of(session).path,
        calendar="" if kind == "session_recording" else calendar,
        **told,
    )
