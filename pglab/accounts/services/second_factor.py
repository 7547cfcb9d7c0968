"""The second step at sign-in: six digits from an app on a device of the person's own."""

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from flask_security.proxies import _security
from flask_security.totp import Totp
from passlib.totp import TOTP, AppWallet
from sqlalchemy import delete

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import Passkey, RecoveryCode, User
from pglab.accounts.services.recovery import SIGNS, plain, use_recovery_code
from pglab.accounts.services.sessions import end_all_sessions
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import RuleError, require

METHOD = "authenticator"
SECONDS_EITHER_WAY = 30
WRONG_CODE = "This code doesn’t fit or has been used. Enter the six digits your app shows now."


class OneTimeCodes(Totp):
    """Codes that are good once: the last one used is remembered, and neither it nor an older one works again.

    Secrets are encrypted with the newest of the keys; the older ones still open theirs.
    """

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, default_tag=next(reversed(secrets))))

    def renewed(self, secret: str) -> str:
        """The same secret, encrypted with the newest key."""
        key = self._totp.from_json(secret).key
        return str(self._totp(key, format="raw").to_json(encrypt=True))

    def get_last_counter(self, user: Any) -> int | None:
        """Which code was used last."""
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the code just used."""
        user.totp_counter = tmatch.counter


FIRST = "1"


def code_keys(keys: Sequence[str]) -> dict[str, str]:
    """The keys for the codes' secrets, oldest first, each under a name that stays its own; `1` is the oldest of all."""
    return {FIRST: keys[0], **{hashlib.sha256(key.encode()).hexdigest()[:12]: key for key in keys}}


def renew_second_factors() -> int:
    """Encrypt every code's secret with the newest key, so that the older ones can be thrown away; gives how many.

    Nobody notices: the devices' secrets themselves stay.
    """
    users = queries.list_with_second_factor()
    for user in users:
        user.tf_totp_secret = cast(OneTimeCodes, _security.totp_factory).renewed(str(user.tf_totp_secret))
        record("second_factor.renewed", user, actor=None, reason="The key was replaced.")
    return len(users)


def new_secret() -> str:
    """A fresh secret, encrypted, for a device that is being set up."""
    return str(_security.totp_factory.generate_totp_secret())


def setup_values(user: User, secret: str) -> dict[str, str]:
    """What to scan (`image`, an SVG as a data address) and what to type (`key`) to set a device up."""
    values: dict[str, str] = _security.totp_factory.fetch_setup_values(secret, user)
    return values


def set_second_factor(user: User, *, secret: str, code: str, actor: User) -> None:
    """Switch the second step on, once a code shows that the device has the secret.

    Sessions without it end: every one of the account does. A mail tells of it.
    """
    require(user.id == actor.id)
    queries.lock_user(user)
    user.totp_counter = None
    if not _fits(user, secret, code):
        raise RuleError(WRONG_CODE, "code")
    again = user.tf_primary_method is not None
    user.tf_primary_method, user.tf_totp_secret = METHOD, secret
    end_all_sessions(user)
    record("second_factor.replaced" if again else "second_factor.set", user, actor=actor)
    notices.say_changed(user, "Your second step at sign-in was set up.")


def check_code(user: User, code: str) -> None:
    """RuleError unless the code is the person's own, of now, and not used before, or is one of their recovery codes."""
    queries.lock_user(user)
    if len(plain(code)) == SIGNS and use_recovery_code(user, code):
        return
    if not user.tf_totp_secret or not _fits(user, user.tf_totp_secret, code):
        raise RuleError(WRONG_CODE, "code")


def _fits(user: User, secret: str, code: str) -> bool:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    return bool(_security.totp_factory.verify_totp(digits, secret, user, window=SECONDS_EITHER_WAY))


def remove_second_factor(user: User, *, actor: User) -> None:
    """Clear every second step of somebody who lost the device (app, passkeys, recovery codes); they set a new one up at
    the next sign-in.

    Administrators do this for others and never for themselves. Every session of the account ends; a mail tells of it.
    """
    require(policy.may_administer(actor, user), "Another administrator has to do this for you.")
    queries.lock_user(user)
    if not queries.has_second_step(user):
        raise RuleError(f"{user.name} has no second step to remove.")
    for kind in (Passkey, RecoveryCode):
        db.session.execute(delete(kind).where(kind.user_id == user.id))
    user.tf_primary_method = user.tf_totp_secret = user.totp_counter = None
    end_all_sessions(user)
    record("second_factor.removed", user, actor=actor)
    notices.say_changed(user, "An administrator removed your second step at sign-in. Set up a new one.")
