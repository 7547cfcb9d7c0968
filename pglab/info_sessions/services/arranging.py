"""Publishing, moving and cancelling sessions; whoever has a place is told each time."""

from dataclasses import asdict, dataclass
from datetime import datetime
from textwrap import shorten
from uuid import UUID

from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.addenda.models import Cancellation
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.ids import uuid7
from pglab.info_sessions import notices, policy, queries
from pglab.info_sessions.models import REASON_LENGTH, InfoSession
from pglab.rfps.models import Rfp
from pglab.rfps.services.publishing import lock
from pglab.rfps.states import RfpStatus
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from pglab.web.filters import et_long

OVER = "This session has begun. Only its recording can be added."


@dataclass(frozen=True)
class SessionPlan:
    """When and where; `capacity` None for as many as come."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    join_link: str
    capacity: int | None


def publish_session(rfp: Rfp, plan: SessionPlan, *, actor: User) -> InfoSession:
    """Announce a session of a published call. Effects: it stands on the call's page and calendar, and is news."""
    require(policy.may_arrange(actor))
    call = lock(rfp)
    if call.status is not RfpStatus.PUBLISHED:
        raise StateError("Sessions belong to a published call. Publish it first.")
    _check(plan, call)
    count = db.session.scalar(select(func.count()).select_from(InfoSession).where(InfoSession.rfp_id == call.id)) or 0
    session = InfoSession(
        id=uuid7(), rfp=call, number=count + 1, **asdict(plan), changed_at=official_now(), published_by_id=actor.id
    )
    db.session.add(session)
    db.session.flush()
    record("info_session.published", session, actor=actor, after=_told(session))
    _announce(session, f"Information session: {et_long(session.starts_at)}", f"{session.title}. {session.where}.")
    return session


def change_session(session: InfoSession, plan: SessionPlan, *, version: int, actor: User) -> None:
    """Another time, place or number of places. Effects: another time or place is news, and who has a place is told."""
    require(policy.may_arrange(actor))
    held = _lock_standing(session, version)
    if held.starts_at <= official_now():
        raise StateError(OVER)
    _check(plan, held.rfp)
    taken = queries.count_places([held.id])[held.id]
    if plan.capacity is not None and plan.capacity < taken:
        raise RuleError(f"{taken} places are taken already. Enter {taken} or more.", "capacity")
    before, stood_at = _told(held), held.starts_at
    moved = (plan.starts_at, plan.ends_at, plan.place, plan.join_link) != (
        *(held.starts_at, held.ends_at),
        *(held.place, held.join_link),
    )
    if plan.starts_at > stood_at:
        held.reminded_at = None
    for name, value in asdict(plan).items():
        setattr(held, name, value)
    _count(held)
    record("info_session.changed", held, actor=actor, before=before, after=_told(held))
    if moved:
        _announce(held, f"Information session changed: {et_long(held.starts_at)}", f"{held.title}. {held.where}.")
        for place in queries.list_places(held):
            notices.tell_moved(place, stood_at)


def cancel_session(session: InfoSession, *, reason: str, version: int, actor: User) -> None:
    """Call it off. Effects: it stays on the page, crossed out with the reason; who has a place is told at once."""
    require(policy.may_arrange(actor))
    if not reason:
        raise RuleError("Enter why it is cancelled", "reason")
    held = _lock_standing(session, version)
    if held.starts_at <= official_now():
        raise StateError(OVER)
    _cancel(held, official_now(), reason, actor)
    _announce(held, f"Information session cancelled: {et_long(held.starts_at)}", reason)


def end_with_call(cancellation_id: UUID) -> int:
    """Cancel every session of a cancelled call that had not begun by then; how many that were.

    Done by the worker, so that the cancellation itself waits for no mail. A second run finds none left. It is no news
    of its own: followers read that the call is cancelled.
    """
    cancellation = db.session.get_one(Cancellation, cancellation_id)
    rfp = cancellation.rfp
    if rfp.cancelled_at is None:
        return 0
    reason = shorten(f"The whole call was cancelled. {cancellation.reason}", REASON_LENGTH, placeholder=" …")
    standing = queries.list_standing(rfp, rfp.cancelled_at)
    for session in standing:
        _cancel(session, rfp.cancelled_at, reason, None)
    return len(standing)


def _cancel(session: InfoSession, at: datetime, reason: str, actor: User | None) -> None:
    session.cancelled_at, session.cancel_reason = at, reason
    _count(session)
    session.changed_at = at
    db.session.flush()
    record("info_session.cancelled", session, actor=actor, reason=reason)
    for place in queries.list_places(session):
        notices.tell_cancelled(place)


def add_recording(session: InfoSession, *, recording_url: str, version: int, actor: User) -> None:
    """Say where it can be seen afterwards. Effects: the page shows it; who had a place is told."""
    require(policy.may_arrange(actor))
    held = _lock_standing(session, version)
    if held.ends_at > official_now():
        raise StateError("A recording is there once the session is over.")
    held.recording_url = recording_url
    _count(held)
    record("info_session.recorded", held, actor=actor, after={"recording_url": recording_url})
    if recording_url:
        for place in queries.list_places(held):
            notices.tell_recording(place)


def _lock_standing(session: InfoSession, version: int) -> InfoSession:
    held = queries.lock_session(session.id)
    if held.version != version:
        raise StateError("Somebody else changed this session while you were typing. Open it again.")
    if held.cancelled_at is not None or held.rfp.status is not RfpStatus.PUBLISHED:
        raise StateError("This session is cancelled.")
    return held


def _check(plan: SessionPlan, rfp: Rfp) -> None:
    if plan.starts_at <= official_now():
        raise RuleError("The session must start later than now.", "starts_at")
    if plan.ends_at <= plan.starts_at:
        raise RuleError("The end must come after the start.", "ends_at")
    if plan.starts_at > rfp.closes_at:
        raise RuleError(f"The session must start before the deadline, {et_long(rfp.closes_at)}.", "starts_at")
    if not plan.place and not plan.join_link:
        raise RuleError("Enter a place, a link to join, or both", "place")


def _count(session: InfoSession) -> None:
    session.version += 1
    session.changed_at = official_now()
    db.session.flush()


def _announce(session: InfoSession, title: str, summary: str) -> None:
    path = queries.gathering_of(session).path
    announce(
        NewsKind.SESSION, session.rfp.cohort, title=title, summary=summary, path=path, visible_at=session.rfp.publish_at
    )


def _told(session: InfoSession) -> dict[str, object]:
    """What the log keeps; the link to join is not for its readers."""
    return {
        "title": session.title,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "where": session.where,
        "capacity": session.capacity,
    }
