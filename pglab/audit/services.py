"""Writing the log. Every service that changes something calls `record` once per changed subject."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from pglab.audit.models import AccessLogEntry, AuditEvent
from pglab.core.canonical import canonical_json
from pglab.core.db import as_last_step, db

SYSTEM = "PGH Lab (automatic)"


class Actor(Protocol):
    """Whoever acts: a person with an id and a name."""

    id: Any
    name: Any


class Subject(Protocol):
    """Whatever is acted upon: it has an id, and says how it is called in the log."""

    id: Any


def record(
    action: str,
    subject: Subject,
    *,
    actor: Actor | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Put `action` on the log, in the same transaction as the change it tells of.

    `before` and `after` hold only JSON values and no sealed content. A subject with `sealed_rfp_id` stays out of staff
    views of the log until the proposal it belongs to is opened; for good, if it never is. The entry is chained as the
    very last step of the transaction, so that writers wait for each other as briefly as possible.
    """
    entry = {
        "actor_id": actor.id if actor else None,
        "actor_name": actor.name if actor else SYSTEM,
        "action": action,
        "subject_type": type(subject).__name__,
        "subject_id": subject.id,
        "subject": str(subject)[:200],
        "sealed_rfp_id": getattr(subject, "sealed_rfp_id", None),
        "change": canonical_json({"after": dict(after or {}), "before": dict(before or {})}).decode(),
        "reason": reason,
    }
    if entry["subject_id"] is None:
        db.session.flush()
        entry["subject_id"] = subject.id
    db.session.info.setdefault("audit", []).append(entry)


def log_access(subject: Subject, *, viewer: Actor, purpose: str) -> None:
    """Note that `viewer` read something sealed or personal; the one write besides sessions that a GET may cause."""
    db.session.add(
        AccessLogEntry(
            viewer_id=viewer.id,
            subject_type=type(subject).__name__,
            subject_id=subject.id,
            subject=str(subject)[:200],
            purpose=purpose,
        )
    )


@as_last_step
def _write_entries(session: Session) -> None:
    entries: list[dict[str, UUID | str | None]] = session.info.pop("audit", [])
    if entries:
        session.flush()
        for entry in entries:
            session.execute(insert(AuditEvent).inline(), entry)


@event.listens_for(Session, "after_soft_rollback")
def _forget_entries(session: Session, _previous: object) -> None:
    session.info.pop("audit", None)
