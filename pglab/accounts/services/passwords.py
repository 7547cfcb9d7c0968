"""Passwords: long, of any characters, and kept only as a hash."""

import unicodedata

from flask_security.utils import hash_password, verify_password

from pglab.accounts import notices
from pglab.accounts.models import User
from pglab.accounts.services.sessions import end_all_sessions, forget_devices
from pglab.accounts.services.tries import forgive_tries
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.errors import RuleError, require
from pglab.core.text import same_name_key

SHORTEST, LONGEST = 15, 256
FEWEST_SIGNS = 6
# A site that limits tries stops this many long before; a stolen list of hashes holds them off for years.
FEWEST_GUESSES = 10**10
JUDGED_SIGNS = 72
GUESSED_FIRST = ("password", "pghlab", "pittsburgh", "qwertyuiop", "1234567890", "0123456789", "abcdefghij")


def normalized(password: str) -> str:
    """A password in the one form in which it is hashed and compared, whatever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, *, name: str, email: str, field: str = "password") -> str:
    """The password as it is hashed; RuleError when it is too short or is what a guesser tries first.

    At least 15 characters and no rule about kinds of characters (NIST SP 800-63B-4).
    """
    written = normalized(password)
    if len(written) < SHORTEST:
        raise RuleError(f"Password must be {SHORTEST} characters or more. It is {len(written)} characters.", field)
    if len(written) > LONGEST:
        raise RuleError(f"Password must be {LONGEST} characters or fewer. It is {len(written)} characters.", field)
    left, own = same_name_key(written), [word for word in (same_name_key(email), same_name_key(name)) if len(word) > 3]
    for known in (*own, *GUESSED_FIRST):
        left = left.replace(known, "")
    if len(set(written)) < FEWEST_SIGNS or len(left) < FEWEST_SIGNS or guesses_for(written, own) < FEWEST_GUESSES:
        raise RuleError("Choose a password that is harder to guess. Four or five unrelated words work well.", field)
    return written


def guesses_for(written: str, own: list[str]) -> float:
    """About how many guesses somebody needs who tries leaked passwords, words, names, years and keyboard rows first.

    The lists are part of the package; nothing is asked over the network.
    """
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415  (untyped; its word lists load slowly)

    return float(zxcvbn(written[:JUDGED_SIGNS], user_inputs=own)["guesses"])


def password_matches(kept: str | None, password: str) -> bool:
    """Whether this is the password whose hash is kept. It takes as long when there is none."""
    written = normalized(password)[: LONGEST + 1]
    if not kept:
        hash_password(written)
        return False
    return bool(verify_password(written, kept))


def password_fits(user: User, password: str) -> bool:
    """Whether this is the person's password."""
    return password_matches(user.password, password) and user.is_active


def set_password(user: User, password: str) -> None:
    """Keep a new password and end every session of the account."""
    user.password = hash_password(password)
    end_all_sessions(user)


def change_password(user: User, *, current: str, new: str, actor: User) -> None:
    """Replace one's own password: the present one has to be typed. Every session ends; a mail tells of it."""
    require(user.id == actor.id)
    if not password_fits(user, current):
        raise RuleError("This is not your present password.", "current")
    if normalized(current) == normalized(new):
        raise RuleError("Enter a password that differs from your present one.", "new")
    set_password(user, check_new_password(new, name=user.name, email=user.email, field="new"))
    record("password.changed", user, actor=user)
    notices.say_changed(user, "Your password was changed, and your other devices were signed out.")


def reset_password(user: User, *, password: str) -> None:
    """Set a new password through a link from the mailbox. Every session ends, the second factor stays.

    Who reads the mailbox has confirmed the address too.
    """
    set_password(user, check_new_password(password, name=user.name, email=user.email))
    forget_devices(user)
    forgive_tries("password", user.email_key)
    if user.confirmed_at is None:
        user.confirmed_at = official_now()
    record("password.reset", user, actor=user)
    notices.say_changed(user, "A new password was set for your account, and all devices were signed out.")
