"""Reading sessions. Everyone reads those of a public call; who has a place is for staff and for who holds the link."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, cast, func, literal, select

from pglab.accounts.models import User
from pglab.accounts.services import hashed
from pglab.cohorts.models import Cohort
from pglab.core.calendars import CalendarDate, write_calendar
from pglab.core.clock import EASTERN
from pglab.core.db import db, name_link
from pglab.core.errors import NotFoundError
from pglab.info_sessions.models import InfoSession, SessionPlace
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Gathering, get_rfp
from pglab.rfps.queries.calls import SHOWN
from pglab.rfps.queries.dates import uid_of
from pglab.rfps.states import RfpStatus
from pglab.web.filters import et_long

REMINDED_BEFORE = timedelta(hours=24)
# Eastern time; and how long before it somebody has to be told at least.
DAY_FROM, DAY_UNTIL = time(8), time(20)
AT_LEAST = timedelta(hours=1)
HELD: ColumnElement[bool] = SessionPlace.confirmed_at.is_not(None) & SessionPlace.given_up_at.is_(None)


def list_sessions(rfp: Rfp) -> list[InfoSession]:
    """The sessions of a call the viewer has been allowed to see, in the order of their times."""
    query = select(InfoSession).where(InfoSession.rfp_id == rfp.id)
    return list(db.session.scalars(query.order_by(InfoSession.starts_at, InfoSession.number)))


def get_session(cohort: int, number: int, *, viewer: User | None) -> InfoSession:
    """One session; before its call is public it exists for City staff only."""
    rfp = get_rfp(cohort, viewer=viewer)
    found = db.session.scalar(select(InfoSession).where(InfoSession.rfp_id == rfp.id, InfoSession.number == number))
    if found is None:
        raise NotFoundError(f"Cohort {cohort} has no information session {number}.")
    return found


def session_texts() -> Select[str, str, str, str]:
    """Kind, title, text and address of every session of a public call, as the search reads them."""
    title = func.concat("Cohort ", Cohort.number, ", information session: ", InfoSession.title)
    path = func.concat("/cohorts/", Cohort.number, "/info-sessions/", InfoSession.number)
    body = func.concat_ws(" ", InfoSession.place, InfoSession.cancel_reason)
    told = select(literal("session").label("kind"), title.label("title"), body.label("body"), path.label("path"))
    of_call = told.join(Rfp, Rfp.id == InfoSession.rfp_id).join(Cohort, Cohort.id == Rfp.cohort_id)
    return of_call.where(Rfp.status.in_(SHOWN), Rfp.publish_at <= func.official_now())


def lock_session(session_id: UUID) -> InfoSession:
    """The session, once whoever else is changing it or taking a place has finished."""
    query = select(InfoSession).where(InfoSession.id == session_id).with_for_update(of=InfoSession)
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def count_places(session_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many places are taken in each of these sessions; everyone may know that, and not by whom."""
    taken = func.places_taken(cast(list(session_ids), ARRAY(Uuid))).table_valued("session_id", "taken")
    rows = db.session.execute(select(taken.c.session_id, taken.c.taken)).all()
    return dict.fromkeys(session_ids, 0) | {row[0]: row[1] for row in rows}


def places_left(session: InfoSession) -> int | None:
    """How many places are free; None where there is no limit."""
    if session.capacity is None:
        return None
    return max(0, session.capacity - count_places([session.id])[session.id])


def list_places(session: InfoSession) -> list[SessionPlace]:
    """Who has a place, in the order in which they confirmed it. For staff."""
    query = select(SessionPlace).where(SessionPlace.session_id == session.id, HELD)
    return list(db.session.scalars(query.order_by(SessionPlace.confirmed_at, SessionPlace.id)))


def get_place(token: str, *, lock: bool = False) -> SessionPlace:
    """What the holder of a link asked for; any other link is unknown."""
    name_link(hashed(token))
    query = select(SessionPlace).where(SessionPlace.token_hash == hashed(token))
    if lock:
        query = query.with_for_update(of=SessionPlace).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError("This link isn’t complete, or we have forgotten it since.")
    return found


def find_held(session_id: UUID, email_key: str) -> SessionPlace | None:
    """The place this mailbox has already."""
    query = select(SessionPlace).where(SessionPlace.session_id == session_id, SessionPlace.email_key == email_key, HELD)
    return db.session.scalar(query)


def list_standing(rfp: Rfp, since: datetime) -> list[InfoSession]:
    """The sessions of a call that had not begun at `since` and stand, locked until the transaction ends."""
    standing = (InfoSession.rfp_id == rfp.id, InfoSession.cancelled_at.is_(None), InfoSession.starts_at > since)
    query = select(InfoSession).where(*standing).order_by(InfoSession.number).with_for_update(of=InfoSession)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def reminded_until(now: datetime) -> datetime:
    """Which sessions people are reminded of at `now`: what begins within a day; between 8 p.m. and 8 a.m. Eastern only
    what begins by 9 a.m., for which the morning would be too late."""
    local = now.astimezone(EASTERN)
    if DAY_FROM <= local.time() < DAY_UNTIL:
        return now + REMINDED_BEFORE
    morning = local.date() + (timedelta(days=1) if local.time() >= DAY_UNTIL else timedelta())
    return datetime.combine(morning, DAY_FROM, EASTERN) + AT_LEAST


def claim_due_reminders(now: datetime) -> list[InfoSession]:
    """Sessions that people have to be reminded of now and were not, locked; another worker's are left to it."""
    due = (
        InfoSession.reminded_at.is_(None),
        InfoSession.cancelled_at.is_(None),
        InfoSession.starts_at > now,
        InfoSession.starts_at <= reminded_until(now),
        Rfp.status == RfpStatus.PUBLISHED,
    )
    query = select(InfoSession).join(InfoSession.rfp).where(*due).with_for_update(of=InfoSession, skip_locked=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def gathering_of(session: InfoSession) -> Gathering:
    """A session as the pages of its call show it. With its call every session that has not begun is cancelled."""
    cohort = session.rfp.cohort
    ended_at = session.rfp.cancelled_at
    with_call = session.cancelled_at is None and ended_at is not None and session.starts_at > ended_at
    return Gathering(
        title=session.title,
        where=session.where,
        path=f"/cohorts/{cohort.number}/info-sessions/{session.number}",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        cancelled=session.cancelled_at is not None or with_call,
        recording_url=session.recording_url,
        uid=uid_of(cohort, f"info-session-{session.number}"),
        changed_at=ended_at if with_call and ended_at else session.changed_at,
        # The number it will have once the worker has written the cancellation down.
        sequence=session.version - 1 + with_call,
    )


def standing(session: InfoSession, taken: int, now: datetime) -> tuple[str, str]:
    """What staff read of a session, and in which color: as on the pages of its call, and that nobody can sign up any
    more when all places are taken."""
    found = gathering_of(session)
    is_full = session.capacity is not None and taken >= session.capacity
    return ("Full", "gray") if is_full and now < found.starts_at and not found.cancelled else found.state(now)


def write_session(session: InfoSession, *, base_url: str, organizer: str = "") -> bytes:
    """The calendar file of one session. The one that goes by mail to who has a place names its `organizer` and holds
    the link to join."""
    cohort, found = session.rfp.cohort, gathering_of(session)
    page = f"{base_url}{found.path}"
    entry = CalendarDate(
        uid=found.uid,
        title=f"PGH Lab {cohort}: {session.title}",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        changed_at=found.changed_at,
        detail=f"{et_long(session.starts_at)}. {page}" + (f"\n{session.join_link}" if organizer else ""),
        place=session.place or (session.join_link if organizer else "Online"),
        url=page,
        sequence=found.sequence,
        cancelled=found.cancelled,
    )
    return write_calendar(f"PGH Lab {cohort}", [entry], organizer=organizer)
