"""Making an account, and showing that its mailbox is one's own."""

from flask_security.utils import hash_password
from sqlalchemy.exc import IntegrityError

from pglab.accounts import notices, queries
from pglab.accounts.models import User
from pglab.accounts.services.links import LinkKind, make_link
from pglab.accounts.services.passwords import check_new_password
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.ids import uuid7
from pglab.outbox.services import defer

LONGEST_KEY = 255


def sign_up(*, name: str, email: str, password: str, hashed: str = "") -> None:
    """Make an account that waits for its address to be confirmed, and mail the link.

    The answer is the same for every address: the owner of a confirmed account gets a mail that says so and nothing
    else changes. Signing up again before confirming replaces name and password and makes older links void, so that a
    link only ever confirms the sign-up it was sent for. Hashing takes an eighth of a second on purpose; where many
    made-up people share one password, `hashed` is its hash, made once.
    """
    key = queries.email_key(email)
    if len(key) > LONGEST_KEY:
        raise RuleError("Enter an email address of 254 characters or fewer.", "email")
    checked = check_new_password(password, name=name, email=email)
    hashed = hashed or hash_password(checked)
    user = queries.find_user_by_email(email, lock=True) or _new_user(name, email, hashed)
    if user.confirmed_at is not None:
        notices.say_account_exists(user)
        return
    user.name, user.password, user.fs_uniquifier = name, hashed, queries.new_stamp()
    db.session.flush()
    record("account.created", user, actor=user)
    notices.send_confirmation(user, make_link(LinkKind.CONFIRM, user))


def _new_user(name: str, email: str, hashed: str) -> User:
    """A new account, or the one that somebody else made with this address in the same moment."""
    user = User(
        id=uuid7(),
        email=email,
        email_key=queries.email_key(email),
        name=name,
        password=hashed,
        fs_uniquifier=queries.new_stamp(),
        confirmed_at=None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        found = queries.find_user_by_email(email, lock=True)
        if found is None:
            raise
        return found
    return user


def confirm_email(user: User) -> None:
    """The mailbox is shown to be the person's own; they may sign in from now on."""
    if user.confirmed_at is not None:
        raise StateError("This address is confirmed already. Sign in.")
    user.confirmed_at = official_now()
    record("account.confirmed", user, actor=user)


def ask_for_link(kind: LinkKind, email: str) -> None:
    """Have a link sent to this address if an account waits for it. Looking that up is left to the worker, so that the
    page takes the same time for every address."""
    defer("accounts.send_link", kind=kind.value, email=email)


def send_link(kind: LinkKind, email: str) -> None:
    """Mail the link somebody asked for; nothing is sent to an address without such an account."""
    user = queries.find_user_by_email(email)
    if user is None or not user.active:
        return
    if kind is LinkKind.RESET:
        notices.send_reset(user, make_link(LinkKind.RESET, user))
    elif user.confirmed_at is None:
        notices.send_confirmation(user, make_link(LinkKind.CONFIRM, user))
    else:
        notices.say_account_exists(user)


def change_name(user: User, *, name: str, actor: User) -> None:
    """Change how a person is called from now on; what is on the record keeps the old name."""
    require(user.id == actor.id)
    before, user.name = user.name, name
    record("account.renamed", user, actor=actor, before={"name": before}, after={"name": name})
