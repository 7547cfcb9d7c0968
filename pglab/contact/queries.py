"""Reading messages: for those who answer them."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from pglab.accounts.models import User
from pglab.contact import policy
from pglab.contact.models import Message
from pglab.contact.states import MessageState
from pglab.core.db import db
from pglab.core.errors import NotFoundError

PAGE = 50


def list_messages(state: MessageState, *, page: int = 1) -> list[Message]:
    """Messages in one state, 50 a page: those that wait oldest first, the others latest first."""
    waiting = state is MessageState.WAITING
    order = Message.received_at.asc() if waiting else Message.received_at.desc()
    query = select(Message).where(Message.state == state).order_by(order, Message.id)
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def count_by_state() -> dict[MessageState, int]:
    """How many messages are in each state."""
    rows = db.session.execute(select(Message.state, func.count()).group_by(Message.state))
    found = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in MessageState}


def waiting_since() -> tuple[int, datetime | None]:
    """How many messages wait for an answer, and since when the oldest does."""
    waits = func.messages_waiting().table_valued("waiting", "since")
    count, oldest = db.session.execute(select(waits.c.waiting, waits.c.since)).one()
    return count, oldest


def get_message(reference: str, *, viewer: User, lock: bool = False) -> Message:
    """One message with its answers; for everyone but those who answer there is none."""
    query = select(Message).where(Message.reference == reference.upper()).options(selectinload(Message.replies))
    if lock:
        query = query.with_for_update(of=Message).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None or not policy.may_answer(viewer):
        raise NotFoundError("There is no such message.")
    return found
