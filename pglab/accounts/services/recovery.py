"""Recovery codes: ten words on paper, each good once, for whoever has lost the device of the second step."""

import base64
import hashlib
import hmac
import secrets

from sqlalchemy import delete, update

from pglab.accounts import notices, queries
from pglab.accounts.models import RecoveryCode, User
from pglab.accounts.services.sessions import hashed
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import RuleError, require

HOW_MANY = 10
SIGNS = 16


def new_seed() -> str:
    """What a set of codes is made from while it is shown; without the site's secret it says nothing."""
    return secrets.token_urlsafe(18)


def codes_from(seed: str, *, secret: str) -> list[str]:
    """The ten codes of a seed, 80 bits each: `abcd-efgh-ijkl-mnop`."""
    made = []
    for number in range(HOW_MANY):
        digest = hmac.digest(secret.encode(), f"recovery {seed} {number}".encode(), hashlib.sha256)
        signs = base64.b32encode(digest).decode().lower()[:SIGNS]
        made.append("-".join(signs[place : place + 4] for place in range(0, SIGNS, 4)))
    return made


def keep_recovery_codes(user: User, codes: list[str], *, actor: User) -> None:
    """Let these codes stand in for the second step, once each; earlier ones are void. A mail tells of it."""
    require(user.id == actor.id)
    queries.lock_user(user)
    if not queries.has_second_step(user):
        raise RuleError("Set up a second step first: recovery codes stand in for it.")
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=hashed(plain(code))) for code in codes)
    record("recovery_codes.made", user, actor=actor)
    notices.say_changed(user, "New recovery codes were made for your account. Earlier ones no longer work.")


def use_recovery_code(user: User, written: str) -> bool:
    """Whether this is an unused code of the person's; it is used up by asking. A mail tells how many are left."""
    theirs = RecoveryCode.user_id == user.id
    wanted = (theirs, RecoveryCode.code_hash == hashed(plain(written)), RecoveryCode.used_at.is_(None))
    used = db.session.execute(
        update(RecoveryCode)
        .where(*wanted)
        .values(used_at=queries.real_now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        return False
    left = queries.count_recovery_codes(user)
    record("recovery_code.used", user, actor=user)
    notices.say_changed(user, f"A recovery code was used to sign in to your account. {left} of {HOW_MANY} are left.")
    return True


def plain(written: str) -> str:
    """A code without its hyphens, spaces and capitals."""
    return "".join(written.split()).replace("-", "").lower()
