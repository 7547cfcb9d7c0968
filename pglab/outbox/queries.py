"""Reading notices and mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import contains_eager

from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.outbox.models import Email, Notice
from pglab.outbox.states import EmailState

PAGE = 50
FORGOTTEN_AFTER = timedelta(minutes=10)


def list_notices(user_id: UUID, *, page: int = 1) -> tuple[list[Notice], int]:
    """This person's notices, newest first, 50 a page, and how many there are in all."""
    mine = (Notice.user_id == user_id) & ~Notice.private
    total = db.session.scalar(select(func.count()).select_from(Notice).where(mine)) or 0
    newest = select(Notice).where(mine).order_by(Notice.created_at.desc(), Notice.id.desc())
    return list(db.session.scalars(newest.limit(PAGE).offset((page - 1) * PAGE))), total


def count_unread_notices(user_id: UUID) -> int:
    """How many of this person's notices are not marked as read."""
    unread = (Notice.user_id == user_id) & ~Notice.private & Notice.read_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Notice).where(unread)) or 0


def get_notice(notice_id: UUID, *, user_id: UUID) -> Notice:
    """One of this person's own notices; anybody else's does not exist for them."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.user_id != user_id or notice.private:
        raise NotFoundError("There is no such notice.")
    return notice


def is_told(user_id: UUID, *, subject: str, about: str) -> bool:
    """Whether this person was owed this very notice about this thing before: a job that runs twice owes it once."""
    same = exists().where(Notice.user_id == user_id, Notice.subject == subject, Notice.about == about)
    return bool(db.session.scalar(select(same)))


def list_mails(user_ids: Sequence[UUID], *, kind: str, subject: str, about: str) -> list[Email]:
    """The mails that carried this very notice to these people, by address."""
    same = (Notice.kind == kind) & (Notice.subject == subject) & (Notice.about == about)
    carried = select(Email).join(Email.notice).options(contains_eager(Email.notice))
    return list(db.session.scalars(carried.where(Notice.user_id.in_(user_ids), same).order_by(Email.to_address)))


def list_emails(*, page: int = 1) -> list[Email]:
    """Every mail, newest first. For development only: mails hold sign-in links."""
    newest = select(Email).order_by(Email.created_at.desc(), Email.id.desc())
    return list(db.session.scalars(newest.limit(PAGE).offset((page - 1) * PAGE)))


def get_email(email_id: UUID) -> Email:
    """One mail. For development only."""
    email = db.session.get(Email, email_id)
    if email is None:
        raise NotFoundError("There is no such mail.")
    return email


def claim_email(email_id: UUID) -> Email | None:
    """The waiting mail, locked until the transaction ends; None when it is done or another worker has it."""
    waiting = select(Email).where(Email.id == email_id, Email.state == EmailState.QUEUED)
    return db.session.scalar(
        waiting.with_for_update(of=Email, skip_locked=True).execution_options(populate_existing=True)
    )


def list_forgotten_emails() -> list[UUID]:
    """Mails that have waited over ten minutes while no job is left that would send them."""
    has_job = (
        exists(text("1"))
        .select_from(text("procrastinate_jobs"))
        .where(
            text("status IN ('todo', 'doing') AND task_name = 'outbox.deliver_email'"),
            text("args ->> 'email_id' = CAST(emails.id AS text)"),
        )
    )
    old = Email.created_at < official_now() - FORGOTTEN_AFTER
    waiting = select(Email.id).where(Email.state == EmailState.QUEUED, old, ~has_job)
    return list(db.session.scalars(waiting.limit(500)))


def worker_seen_at() -> datetime | None:
    """When any worker last gave a sign of life (every ten seconds while one runs); None when none ever did."""
    seen: datetime | None = db.session.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
    return seen


@dataclass(frozen=True)
class Backlog:
    """Work that should have been done by now: how much of it, and for how long the oldest has waited.

    A job counts, and its age is told, only after two minutes: while all is well there is nothing to see, whoever
    submits or uploads meanwhile.
    """

    jobs: int
    failed_jobs: int
    oldest_job_seconds: float
    oldest_check_seconds: float
    stuck_mails: int
    lost_mails: int


BACKLOG = """
WITH due AS (
    SELECT task_name, extract(epoch FROM now() - coalesce(scheduled_at, (
        SELECT min(at) FROM procrastinate_events WHERE job_id = jobs.id))) AS age
    FROM procrastinate_jobs AS jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
)
SELECT (SELECT count(*) FROM due WHERE age > 120), (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
    (SELECT coalesce(max(age), 0) FROM due WHERE age > 120),
    (SELECT coalesce(max(age), 0) FROM due WHERE age > 120 AND task_name LIKE 'documents.%'),
    (SELECT count(*) FROM emails WHERE state = 'queued' AND created_at < official_now() - :late),
    (SELECT count(*) FROM emails WHERE state IN ('refused', 'failed'))
"""


def read_backlog() -> Backlog:
    """What the workers have not done yet, asked in one statement."""
    row = db.session.execute(text(BACKLOG), {"late": FORGOTTEN_AFTER}).one()
    return Backlog(int(row[0]), int(row[1]), float(row[2]), float(row[3]), int(row[4]), int(row[5]))
