"""Reading the log: the chain's proof, and what staff may see of it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from sqlalchemy import select, text

from pglab.audit.models import AuditEvent
from pglab.core.db import db

PAGE = 50


@dataclass(frozen=True)
class ChainProof:
    """The outcome of verifying the chain: how many entries, and the first that does not fit."""

    entries: int
    head: str
    broken_at: int | None


def entry_hash(entry: AuditEvent, previous: str) -> str:
    """SHA-256 over the JSON list of the entry's parts, led by the hash before it; the same text PostgreSQL hashes."""
    parts = [
        previous,
        entry.seq,
        entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        str(entry.actor_id) if entry.actor_id else "",
        entry.actor_name,
        entry.action,
        entry.subject_type,
        str(entry.subject_id),
        entry.subject,
        str(entry.sealed_rfp_id) if entry.sealed_rfp_id else "",
        entry.change,
        entry.reason,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def verify_chain() -> ChainProof:
    """Recompute every hash from the first entry on; a changed, missing, added or swapped entry breaks the chain."""
    previous, expected, broken = "", 1, None
    for entry in _all_entries():
        fits = entry.seq == expected and entry.prev_hash == previous and entry.hash == entry_hash(entry, previous)
        if not fits and broken is None:
            broken = entry.seq
        previous, expected = entry.hash, expected + 1
    return ChainProof(entries=expected - 1, head=previous, broken_at=broken)


def _all_entries() -> Iterator[AuditEvent]:
    return iter(db.session.scalars(select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=1000)))


def list_events(*, page: int = 1, action: str = "", subject: str = "") -> Sequence[AuditEvent]:
    """Events newest first, 50 a page; those about proposals that nobody opened are left out for everyone."""
    query = select(AuditEvent).where(text(NOT_SEALED)).order_by(AuditEvent.seq.desc())
    if action:
        query = query.where(AuditEvent.action == action)
    if subject:
        query = query.where(AuditEvent.subject.icontains(subject, autoescape=True))
    return db.session.scalars(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()


# The log knows its subjects by id alone: `opened_subjects` gives those of the proposals that two people opened. What
# was drafted and never submitted, or withdrawn before, is not among them and stays out for good.
NOT_SEALED = "(audit_events.sealed_rfp_id IS NULL OR audit_events.subject_id IN (SELECT opened_subjects()))"


def history_of(subject_id: UUID) -> Sequence[AuditEvent]:
    """Everything that happened to one thing, oldest first. The caller has already been allowed to see the thing."""
    return db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_id == subject_id).order_by(AuditEvent.seq)
    ).all()
