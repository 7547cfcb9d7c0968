"""How the site is, and who has an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from config import ROOT
from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.adapters.scanner import current_scanner
from pglab.adapters.storage import current_store
from pglab.audit.models import AuditEvent
from pglab.audit.queries import NOT_SEALED, ChainProof, verify_chain
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db
from pglab.core.errors import NotFoundError, UnavailableError
from pglab.core.text import same_name_key
from pglab.documents.queries import waiting_since
from pglab.outbox.models import Email, Notice
from pglab.outbox.queries import read_backlog, worker_seen_at
from pglab.outbox.states import EmailState

PAGE = 50
# A worker gives a sign of life every ten seconds; three missed ones and more are a fault.
WORKER_LATE_AFTER = timedelta(seconds=60)
SCAN_LATE_AFTER = timedelta(minutes=10)
CLOCKS_APART = timedelta(seconds=1)


@dataclass(frozen=True)
class Check:
    """One part of the site: its name, whether it answers, and a sentence about it."""

    name: str
    passed: bool
    sentence: str


def list_checks() -> list[Check]:
    """Database (the first), file store and worker, each asked now. Takes at most the store's time-outs.

    The virus scan is not among them: a site whose scanner is down still takes proposals, and must not be taken away.
    """
    database = check_database()
    return [database, check_store(), check_worker() if database.passed else Check("worker", False, "Not known.")]


def check_database() -> Check:
    """Whether PostgreSQL answers, has the tables this code was written for, and keeps the same time as this machine."""
    before = machine_now()
    try:
        with db.engine.connect() as connection:
            now, version = connection.execute(
                text("SELECT clock_timestamp(), (SELECT version_num FROM alembic_version)")
            ).one()
    except SQLAlchemyError:
        return Check("database", False, "The database does not answer.")
    if version != newest_migration():
        return Check("database", False, "The database’s tables are of another version than this code.")
    if not before - CLOCKS_APART <= now <= machine_now() + CLOCKS_APART:
        return Check("database", False, "The clocks of the database and of this machine differ.")
    return Check("database", True, "The database answers.")


@cache
def newest_migration() -> str:
    """The version of the tables that this code was written for: the number of the last migration."""
    return max(path.name for path in (ROOT / "migrations/versions").glob("[0-9]*.py")).partition("_")[0]


def check_store() -> Check:
    """Whether the file store answers, and to nobody without a key; no file of anybody is touched."""
    try:
        current_store().exists("health-check")
        if current_store().is_public():
            return Check("store", False, "The file store shows its files to everybody.")
    except UnavailableError:
        return Check("store", False, "The file store does not answer.")
    return Check("store", True, "The file store answers.")


def check_worker() -> Check:
    """Whether a worker gave a sign of life in the last minute. Machine time: a demo's clock does not matter here."""
    seen = worker_seen_at()
    if seen is None:
        return Check("worker", False, "No worker has run yet: mail and file checks wait.")
    if machine_now() - seen > WORKER_LATE_AFTER:
        return Check("worker", False, "No worker is running: mail and file checks wait.")
    return Check("worker", True, "A worker is running.")


def check_scan() -> Check:
    """Whether files are scanned for viruses in time. How many wait is not told: it could tell of sealed proposals."""
    if not current_scanner().present:
        return Check("virus scan", True, "No virus scanner: files are marked “not scanned – development”.")
    since = waiting_since()
    if since is not None and official_now() - since > SCAN_LATE_AFTER:
        return Check("virus scan", False, "Files have waited for their virus check for more than 10 minutes.")
    return Check("virus scan", True, "Files are checked for viruses as they come.")


def count_mail() -> dict[EmailState, int]:
    """How many mails are in each state, over all work; those about proposals are left out, for their number would tell
    how many there are, and after an opening how many were never submitted."""
    told = select(Email.state, func.count()).join(Notice).where(Notice.sealed_rfp_id.is_(None)).group_by(Email.state)
    found = {row[0]: row[1] for row in db.session.execute(told)}
    return {state: found.get(state, 0) for state in EmailState}


def list_gauges() -> dict[str, float]:
    """What monitoring watches: the parts of the site (1 up, 0 down), and whether work is left lying.

    Amounts are told by their order only (1, 10, 100 …): before an opening nobody learns from them how many proposals
    have come.
    """
    checks = list_checks()
    gauges = {f"pglab_{check.name}_up": float(check.passed) for check in checks}
    if not checks[0].passed:
        return gauges
    backlog, seen = read_backlog(), worker_seen_at()
    return {
        **gauges,
        "pglab_worker_heartbeat_age_seconds": (machine_now() - seen).total_seconds() if seen else float("inf"),
        "pglab_jobs_late_order": order_of(backlog.jobs),
        "pglab_jobs_oldest_seconds": backlog.oldest_job_seconds,
        "pglab_file_checks_oldest_seconds": backlog.oldest_check_seconds,
        "pglab_jobs_failed_order": order_of(backlog.failed_jobs),
        "pglab_mail_stuck_order": order_of(backlog.stuck_mails),
        "pglab_mail_undelivered_order": order_of(backlog.lost_mails),
    }


def order_of(count: int) -> int:
    """0, 1, 10, 100 …: the largest of them that is not more than the count."""
    return int("1" + "0" * (len(str(count)) - 1)) if count else 0


def list_users(words: str = "", role: StaffRole | None = None, *, page: int = 1) -> list[User]:
    """People by name, 50 a page; `words` may stand in the name or the address."""
    ordered = select(User).where(*_asked_users(words, role)).order_by(func.lower(User.name), User.id)
    ordered = ordered.options(selectinload(User.roles), selectinload(User.memberships))
    return list(db.session.scalars(ordered.limit(PAGE).offset((page - 1) * PAGE)))


def count_users(words: str = "", role: StaffRole | None = None) -> int:
    """How many people `list_users` has in all."""
    return db.session.scalar(select(func.count()).select_from(User).where(*_asked_users(words, role))) or 0


def _asked_users(words: str, role: StaffRole | None) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if words:
        key = same_name_key(words)
        rules.append(or_(User.name.icontains(words, autoescape=True), User.email_key.contains(key, autoescape=True)))
    if role is not None:
        rules.append(User.id.in_(select(StaffRoleGrant.user_id).where(StaffRoleGrant.role == role)))
    return rules


def _seen_events(action: str, subject: str) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = [text(NOT_SEALED)]  # type: ignore[list-item]  # a text clause is a condition
    if action:
        rules.append(AuditEvent.action == action)
    if subject:
        rules.append(AuditEvent.subject.icontains(subject, autoescape=True))
    return rules


def count_events(*, action: str = "", subject: str = "") -> int:
    """How many entries of the log these filters leave, those about sealed proposals left out."""
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(*_seen_events(action, subject))) or 0


def list_actions() -> list[str]:
    """Every kind of entry that may be seen, for the filter."""
    kinds = select(AuditEvent.action).where(*_seen_events("", "")).distinct().order_by(AuditEvent.action)
    return list(db.session.scalars(kinds))


def get_event(digest: str) -> AuditEvent:
    """One entry of the log; one about a sealed proposal does not exist yet."""
    found = db.session.scalar(select(AuditEvent).where(AuditEvent.hash == digest, *_seen_events("", "")))
    if found is None:
        raise NotFoundError("There is no such entry, or it is about a proposal that is still sealed.")
    return found


def list_history(user_id: UUID) -> list[AuditEvent]:
    """The last fifty things that happened to one account, newest first."""
    about = select(AuditEvent).where(AuditEvent.subject_id == user_id, AuditEvent.subject_type == "User")
    return list(db.session.scalars(about.order_by(AuditEvent.seq.desc()).limit(PAGE)))


def prove_log() -> ChainProof:
    """Recompute the whole chain; takes about a second for every 30,000 entries."""
    return verify_chain()


@dataclass(frozen=True)
class Times:
    """The official time and the machine's, and whether the official one stands still."""

    official: datetime
    machine: datetime
    frozen: bool


def read_clock() -> Times:
    """Both times, asked of the database in one statement."""
    row = db.session.execute(
        text("SELECT official_now(), clock_timestamp(), frozen_at IS NOT NULL FROM official_clock")
    ).one()
    return Times(*row)
