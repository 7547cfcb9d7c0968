"""Changing the address of an account: the new mailbox has to confirm it, and both mailboxes are told."""

from dataclasses import dataclass

from flask_security.proxies import _security
from itsdangerous import BadData
from sqlalchemy.exc import IntegrityError

from pglab.accounts import notices, queries
from pglab.accounts.models import User
from pglab.accounts.services.links import WORKS_FOR, LinkKind
from pglab.accounts.services.sessions import end_all_sessions
from pglab.audit.services import record
from pglab.core.clock import machine_now
from pglab.core.db import db
from pglab.core.errors import RuleError, require

NOT_FREE = "This address can’t be used. Sign in with the account that has it, or use another address."


@dataclass(frozen=True)
class NewAddress:
    """What a link to a new mailbox says: whose account, and which address."""

    stamp: str
    email: str


def ask_email_change(user: User, *, email: str, actor: User) -> None:
    """Send a link to the new mailbox. Nothing changes before it is opened there, and the page tells nothing: an address
    that has an account gets a mail that says so instead."""
    require(user.id == actor.id)
    if queries.email_key(email) == user.email_key:
        raise RuleError("This is your present address.", "email")
    taken = queries.find_user_by_email(email)
    if taken is not None:
        notices.say_account_exists(taken)
        return
    token = _security.reset_serializer.dumps([user.fs_uniquifier, email, "new address"])
    notices.send_new_address(email, f"/account/email/{token}")


def read_new_address(token: str) -> NewAddress | None:
    """What the link says, while it works: it ends after 15 minutes, and with any change of the password or address."""
    try:
        said, made_at = _security.reset_serializer.loads(token, return_timestamp=True)
    except BadData:
        return None
    if not isinstance(said, list) or len(said) != 3 or machine_now() > made_at + WORKS_FOR[LinkKind.RESET]:
        return None
    return NewAddress(said[0], said[1])


def change_email(user: User, new: NewAddress, *, actor: User) -> None:
    """Let the account have the new address. Every session ends; the old mailbox and the new one are told."""
    require(user.id == actor.id and user.fs_uniquifier == new.stamp, "This link belongs to another account.")
    queries.lock_user(user)
    before = user.email
    user.email, user.email_key = new.email, queries.email_key(new.email)
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise RuleError(NOT_FREE) from error
    end_all_sessions(user)
    record("email.changed", user, actor=actor, before={"email": before}, after={"email": new.email})
    what = f"The address of your account was changed from {before} to {new.email}."
    notices.say_changed(user, what)
    notices.tell_old_mailbox(before, what)
