"""Writing down what is owed, and paying it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from blinker import Signal
from sqlalchemy import func, select, update

from pglab.adapters.mailer import (
    AddressRefusedError,
    MailDelayedError,
    MailRefusedError,
    OutgoingMail,
    current_mailer,
    render_mail,
)
from pglab.adapters.queue import add_job
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.outbox import queries
from pglab.outbox.models import SUBJECT_LENGTH, Email, Notice
from pglab.outbox.states import EMAIL_WORKFLOW, EmailEvent

# Minutes to wait after the first, second, … failed try: two days in all, then it is given up.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720, 1440)
FORGOTTEN = "forgotten"

# Sent with an address that the mail server will never take mail for, in the transaction that notes it.
address_refused = Signal()


class Recipient(Protocol):
    """A person who has an account."""

    id: Any
    email: Any


def owe(
    kind: str,
    to: Recipient | str,
    *,
    subject: str,
    template: str,
    about: object = "",
    private: bool = False,
    **context: Any,
) -> Notice:
    """Owe one person one notice and the mail that carries it: `templates/emails/<template>.txt` (and `.html`).

    `about` is a reference ("L12-7K3Q") or the thing itself, of which only its name is kept; a thing with
    `sealed_rfp_id` keeps the notice out of staff views. A `private` notice (a sign-in or reset
    link) is not shown in the account and its text is erased once sent. `to` is a person; only an invitation and what a
    follower asked for go to a bare address, and are private too. With `unsubscribe_path` in the context the mail says
    in its headers how to stop it; a `calendar` (the text of such a file) is attached. Effects: notice, mail and job,
    all in the present transaction.
    """
    address = to if isinstance(to, str) else str(to.email)
    text, html = render_mail(template, to=to, subject=subject, about=about, **context)
    notice = Notice(
        id=uuid4(),
        user_id=None if isinstance(to, str) else to.id,
        kind=kind,
        subject=_one_line(subject)[:SUBJECT_LENGTH],
        body_text=text,
        body_html=html,
        about=str(about)[:80],
        private=private or isinstance(to, str),
        sealed_rfp_id=getattr(about, "sealed_rfp_id", None),
    )
    db.session.add(notice)
    # The mail points at the notice by id alone, so the notice has to stand first.
    db.session.flush()
    email = Email(
        id=uuid4(),
        notice_id=notice.id,
        to_address=_one_line(address),
        message_id=f"<{notice.id}@{current_mailer().domain}>",
        unsubscribe_path=context.get("unsubscribe_path", ""),
        calendar=context.get("calendar", ""),
    )
    db.session.add(email)
    defer("outbox.deliver_email", email_id=email.id)
    return notice


def _one_line(words: str) -> str:
    """A header is one line: a line break in it could smuggle in another recipient."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in words) or not words.strip():
        raise RuleError("A subject and an address are one line of text.")
    return words.strip()


def defer(
    task_name: str,
    *,
    later: timedelta | None = None,
    only_one: str | None = None,
    in_turn: str | None = None,
    **ids: Any,
) -> int | None:
    """Have the worker do `task_name` ("<domain>.<verb>") after this transaction commits; never if it rolls back.

    `later` waits that long first. With `only_one` nothing is added while a job of that name still waits (None is
    returned). Jobs `in_turn` of one name run one after the other. `ids` are the task's arguments; a job must bear
    running twice.
    """
    # The job goes over a cursor of its own: what the session still holds back has to be there before.
    db.session.flush()
    connection = db.session.connection().connection.driver_connection
    arguments = {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
    return add_job(connection, task_name, arguments, later=later, only_one=only_one, in_turn=in_turn)


def deliver_email(email_id: UUID) -> None:
    """Send one mail if it still waits, and note how that went.

    A refusal by the server (5xx) is final. Anything else is tried again with growing pauses for two days. The row stays
    locked while the mail is handed over, so two workers never send it together; a worker that dies between handing over
    and noting it leaves it waiting, and the second copy carries the same Message-ID.
    """
    email = queries.claim_email(email_id)
    if email is None:
        return
    mailer = current_mailer()
    if mailer.keeps_mail:
        EMAIL_WORKFLOW.fire(email, EmailEvent.KEEP)
        return
    email.tries += 1
    try:
        mailer.send(_outgoing(email))
    except MailRefusedError as refusal:
        note_refusal(email, str(refusal))
        if isinstance(refusal, AddressRefusedError):
            address_refused.send(email.to_address)
    except MailDelayedError as delay:
        email.last_error = str(delay)
        _try_again_or_give_up(email)
    else:
        sent_at = official_now()
        EMAIL_WORKFLOW.fire(email, EmailEvent.SEND)
        email.sent_at, email.last_error = sent_at, ""
        _erase_if_private(email)


def note_refusal(email: Email, said: str) -> None:
    """The server will never take this mail, and `said` why: it stands so in its list, and is not tried again."""
    EMAIL_WORKFLOW.fire(email, EmailEvent.REFUSE)
    email.last_error = said


def _outgoing(email: Email) -> OutgoingMail:
    notice = email.notice
    return OutgoingMail(
        message_id=email.message_id,
        to=email.to_address,
        subject=notice.subject,
        text=notice.body_text,
        html=notice.body_html,
        written_at=notice.created_at,
        unsubscribe_path=email.unsubscribe_path,
        calendar=email.calendar,
    )


def _try_again_or_give_up(email: Email) -> None:
    if email.tries > len(BACK_OFF):
        EMAIL_WORKFLOW.fire(email, EmailEvent.GIVE_UP)
        _erase_if_private(email)
    else:
        defer("outbox.deliver_email", later=timedelta(minutes=BACK_OFF[email.tries - 1]), email_id=email.id)


def _erase_if_private(email: Email) -> None:
    if email.notice.private:
        email.notice.body_text = email.notice.body_html = email.unsubscribe_path = email.calendar = ""


def requeue_forgotten_emails() -> int:
    """Give every mail that waits without a job a new one; returns how many there were."""
    forgotten = queries.list_forgotten_emails()
    for email_id in forgotten:
        defer("outbox.deliver_email", email_id=email_id)
    return len(forgotten)


def forget_addresses(kind: str, addresses: Collection[str]) -> None:
    """Mails of this kind no longer tell that they went to these addresses; that they were sent stays."""
    if addresses:
        of_kind = Email.notice_id.in_(select(Notice.id).where(Notice.kind == kind))
        theirs = func.lower(Email.to_address).in_([address.lower() for address in addresses])
        db.session.execute(update(Email).where(of_kind, theirs).values(to_address=FORGOTTEN))


def mark_read(notice: Notice) -> None:
    """Note when its reader first marked the notice as read."""
    if notice.read_at is None:
        notice.read_at = official_now()


def mark_all_read(user_id: UUID) -> None:
    """Mark every notice of this person as read."""
    unread = (Notice.user_id == user_id) & ~Notice.private & Notice.read_at.is_(None)
    db.session.execute(update(Notice).where(unread).values(read_at=official_now()))
