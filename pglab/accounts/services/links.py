"""Links that prove somebody reads a mailbox: signed, short-lived, good for one use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_security.proxies import _security
from itsdangerous import BadData

from pglab.accounts import queries
from pglab.accounts.models import User
from pglab.core.clock import machine_now


class LinkKind(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    RESET = "reset"


class LinkState(StrEnum):
    """Whether a link still works, and if not, why."""

    GOOD = "good"
    EXPIRED = "expired"
    USED = "used"
    UNKNOWN = "unknown"


WORKS_FOR = {LinkKind.CONFIRM: timedelta(hours=72), LinkKind.RESET: timedelta(minutes=15)}


@dataclass(frozen=True)
class Link:
    """A link that somebody opened; `user` is set only while it works."""

    state: LinkState
    user: User | None = None
    expired_at: datetime | None = None


def make_link(kind: LinkKind, user: User) -> str:
    """The path of a link for this person. It stops working when the account's sign-in stamp changes: a new password,
    or a second sign-up with the same address."""
    serializer = {LinkKind.CONFIRM: _security.confirm_serializer, LinkKind.RESET: _security.reset_serializer}[kind]
    path = {LinkKind.CONFIRM: "confirm", LinkKind.RESET: "reset-password"}[kind]
    return f"/{path}/{serializer.dumps(user.fs_uniquifier)}"


def read_link(kind: LinkKind, token: str) -> Link:
    """Whom a link is for, or why it does not work any more."""
    serializer = {LinkKind.CONFIRM: _security.confirm_serializer, LinkKind.RESET: _security.reset_serializer}[kind]
    try:
        stamp, made_at = serializer.loads(token, return_timestamp=True)
    except BadData:
        return Link(LinkState.UNKNOWN)
    user = queries.find_user_by_stamp(str(stamp))
    if user is None:
        return Link(LinkState.USED)
    if kind is LinkKind.CONFIRM and user.confirmed_at is not None:
        return Link(LinkState.USED)
    expires_at = made_at + WORKS_FOR[kind]
    if machine_now() > expires_at:
        return Link(LinkState.EXPIRED, expired_at=expires_at)
    return Link(LinkState.GOOD, user=user)
