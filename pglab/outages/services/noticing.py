"""Noticing outages by silence. Web processes give signs of life, the worker asks the file store and watches both.

A part that stays silent while the watcher looks has an outage that goes on, until it is heard again. One that was
silent with everything else, as when the database was away, finds the gap itself when it comes back. Silence is measured
by the machines' clock; what is logged is told in official time.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from pglab.audit.services import record
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db
from pglab.outages.models import Heartbeat, Outage
from pglab.outages.queries import find_noticed
from pglab.outages.services.keeping import tell_teams, told
from pglab.outages.states import SUMMARIES, Part

# Signs come every half minute; four missed ones are an outage.
SILENT_AFTER = timedelta(minutes=2)


def beat(part: Part) -> None:
    """A sign of life. After a silence, the outage that it was is put on the log, or the one on it gets its end."""
    now, seen = machine_now(), _hear(part)
    if seen is None or part not in SUMMARIES:
        return
    going_on = find_noticed(part)
    if going_on is not None:
        going_on.ended_at = _official(now)
        going_on.version += 1
        db.session.flush()
        record("outage.ended", going_on, actor=None, after=told(going_on))
        tell_teams(going_on)
    elif now - seen > SILENT_AFTER:
        _note(part, _official(seen), _official(now))


def watch(*, files_answer: bool) -> None:
    """The watcher's round: whether the file store answered, and which part has been silent for too long. A watcher that
    was itself away judges nobody by that time."""
    now, seen = machine_now(), _hear(Part.WATCHER)
    was_away = seen is None or now - seen > SILENT_AFTER
    if was_away:
        _hear(Part.FILES)
    if files_answer:
        beat(Part.FILES)
    if was_away:
        return
    for heart in db.session.scalars(select(Heartbeat).where(Heartbeat.part.in_(SUMMARIES))).all():
        if now - heart.seen_at > SILENT_AFTER and find_noticed(heart.part) is None:
            _note(heart.part, _official(heart.seen_at), None)


def _hear(part: Part) -> datetime | None:
    """Note that the part lives; when it did so before."""
    held = db.session.get(Heartbeat, part, with_for_update=True, populate_existing=True)
    before, now = (held.seen_at if held else None), machine_now()
    row = insert(Heartbeat).values(part=part, seen_at=now)
    db.session.execute(row.on_conflict_do_update(index_elements=["part"], set_={"seen_at": now}))
    return before


def _official(at: datetime) -> datetime:
    """The machine's time told as the official one: the two differ by whole seconds, and only where a demo moves one."""
    return at + timedelta(seconds=round((official_now() - machine_now()).total_seconds()))


def _note(part: Part, started_at: datetime, ended_at: datetime | None) -> None:
    outage = Outage(
        started_at=started_at,
        ended_at=ended_at,
        summary=SUMMARIES[part],
        noted_at=max(official_now(), started_at),
        part=part,
    )
    db.session.add(outage)
    db.session.flush()
    record("outage.noticed", outage, actor=None, after=told(outage))
    tell_teams(outage)
