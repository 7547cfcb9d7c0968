"""Who is told that a message came, and the mail that carries an answer."""

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.contact.models import Message, Reply
from pglab.core.db import db
from pglab.outbox.services import owe


def tell_received(message: Message) -> None:
    """The writer learns that the message is there and how it is called. Its words are not sent back: the address may
    be somebody else's."""
    owe(
        "message_received",
        message.email,
        subject=f"We got your message ({message.reference})",
        template="contact/received",
        about=message,
        message=message,
    )


def tell_waiting(message: Message) -> None:
    """Every program manager learns that a message waits; told once until nothing waits any more."""
    managers = select(StaffRoleGrant.user_id).where(StaffRoleGrant.role == StaffRole.PROGRAM_MANAGER)
    for person in db.session.scalars(select(User).where(User.id.in_(managers), User.active)):
        owe(
            "message_waiting",
            person,
            subject=f"A message waits for an answer ({message.reference})",
            template="contact/waiting",
            about=message,
            message=message,
        )


def send_reply(message: Message, reply: Reply) -> None:
    """The answer goes to the address the writer gave."""
    owe(
        "message_answered",
        message.email,
        subject=f"Answer to your message ({message.reference})",
        template="contact/answer",
        about=message,
        message=message,
        reply=reply,
    )
