"""Keeping the log of outages by hand."""

from dataclasses import asdict, dataclass
from datetime import datetime

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.outages import policy
from pglab.outages.models import Outage
from pglab.outages.queries import get_outage
from pglab.outbox.services import defer


@dataclass(frozen=True)
class Downtime:
    """From when until when something did not work, and what; without an end it still goes on."""

    started_at: datetime
    ended_at: datetime | None
    summary: str


def note_outage(given: Downtime, *, actor: User) -> Outage:
    """Put an outage on the log; everyone reads it on the status page from then on."""
    require(policy.may_note(actor), "Program managers and administrators keep the log of outages.")
    now = _check(given)
    outage = Outage(**asdict(given), noted_at=now, noted_by_id=actor.id)
    db.session.add(outage)
    db.session.flush()
    record("outage.noted", outage, actor=actor, after=told(outage))
    tell_teams(outage)
    return outage


def correct_outage(outage: Outage, given: Downtime, *, version: int, actor: User) -> None:
    """Say when it ended, or put times and words right. The audit log keeps what stood there before."""
    require(policy.may_note(actor), "Program managers and administrators keep the log of outages.")
    held = get_outage(outage.id, lock=True)
    if held.version != version:
        raise StateError("Somebody else changed this outage while you were typing. Open it again.")
    if given.started_at > held.noted_at:
        raise RuleError("It can’t have started after it was noted.", "started_at")
    _check(given)
    before = told(held)
    held.started_at, held.ended_at, held.summary = given.started_at, given.ended_at, given.summary
    held.version += 1
    db.session.flush()
    record("outage.corrected", held, actor=actor, before=before, after=told(held))
    tell_teams(held)


def _check(given: Downtime) -> datetime:
    now = official_now()
    if given.started_at > now:
        raise RuleError("An outage is noted once it has started. This time is still to come.", "started_at")
    if given.ended_at is not None and given.ended_at > now:
        raise RuleError("The end is still to come. Leave it empty while the outage goes on.", "ended_at")
    if given.ended_at is not None and given.ended_at <= given.started_at:
        raise RuleError("The end must come after the start.", "ended_at")
    return now


def tell_teams(outage: Outage) -> None:
    """Once its end is known, the worker tells the teams that it may have kept from their work before a deadline."""
    if outage.ended_at is not None:
        defer("proposals.tell_outage", only_one=f"proposals.tell_outage:{outage.id}", outage_id=outage.id)


def told(outage: Outage) -> dict[str, str | None]:
    """What the audit log says of an outage."""
    return {
        "started_at": outage.started_at.isoformat(),
        "ended_at": outage.ended_at.isoformat() if outage.ended_at else None,
        "summary": outage.summary,
    }
