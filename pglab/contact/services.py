"""Taking messages and answering them."""

from dataclasses import asdict, dataclass

from sqlalchemy.exc import IntegrityError

from pglab.accounts.models import User
from pglab.accounts.services import MESSAGE_LIMITS, count_try
from pglab.audit.services import record
from pglab.contact import notices, policy, queries
from pglab.contact.models import Message, Reply
from pglab.contact.states import MESSAGE_WORKFLOW, MessageEvent, Topic
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import require
from pglab.core.ids import random_reference

TRIES = 20


@dataclass(frozen=True)
class Written:
    """What somebody writes: who they are, what it is about, and in which words."""

    email: str
    topic: Topic
    text: str
    name: str = ""
    about: str = ""
    page: str = ""


def count_message(place: str | None) -> None:
    """One message more from this address of the network; TooManyTriesError after five in ten minutes or 30 a day."""
    count_try(MESSAGE_LIMITS, "message", place)


def send_message(written: Written, *, sender: User | None) -> Message:
    """Keep a message. Effects: the writer gets its reference; program managers are told when none was waiting."""
    others, _oldest = queries.waiting_since()
    message = _insert_with_free_reference(written, sender)
    record("message.received", message, actor=sender, after={"topic": message.topic.value})
    notices.tell_received(message)
    if not others:
        notices.tell_waiting(message)
    return message


def _insert_with_free_reference(written: Written, sender: User | None) -> Message:
    for _ in range(TRIES):
        message = Message(
            **asdict(written),
            reference=random_reference("C-", 6),
            sent_by_id=sender.id if sender else None,
            received_at=official_now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(message)
        except IntegrityError as clash:
            if "reference" not in str(clash.orig):
                raise
        else:
            return message
    raise RuntimeError("no free reference was drawn")


def answer_message(message: Message, text: str, *, actor: User) -> Reply:
    """Mail an answer to the writer and keep it; further answers may follow."""
    require(policy.may_answer(actor))
    held = queries.get_message(message.reference, viewer=actor, lock=True)
    MESSAGE_WORKFLOW.fire(held, MessageEvent.ANSWER)
    reply = Reply(message_id=held.id, text=text, sent_by_id=actor.id, sent_at=official_now())
    db.session.add(reply)
    db.session.flush()
    record("message.answered", held, actor=actor)
    notices.send_reply(held, reply)
    return reply


def close_message(message: Message, *, reason: str, actor: User) -> None:
    """Put a message aside without an answer (spam, a test, settled by phone), with the reason."""
    require(policy.may_answer(actor))
    held = queries.get_message(message.reference, viewer=actor, lock=True)
    MESSAGE_WORKFLOW.fire(held, MessageEvent.CLOSE)
    held.closed_because = reason
    record("message.closed", held, actor=actor, reason=reason)


def reopen_message(message: Message, *, actor: User) -> None:
    """Take a message up again that was put aside."""
    require(policy.may_answer(actor))
    held = queries.get_message(message.reference, viewer=actor, lock=True)
    MESSAGE_WORKFLOW.fire(held, MessageEvent.REOPEN)
    held.closed_because = ""
    record("message.reopened", held, actor=actor)
