"""Switching an account off and on again, by an administrator, never one's own."""

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import User
from pglab.accounts.services.sessions import end_all_sessions
from pglab.audit.services import record
from pglab.core.errors import RuleError, require

OTHERS_ONLY = "Another administrator has to do this for you."


def switch_off(user: User, *, reason: str, actor: User) -> None:
    """Let nobody in under this account, from the next request on. What it did and may do stays; a mail tells of it."""
    require(policy.may_administer(actor, user), OTHERS_ONLY)
    queries.lock_user(user)
    if not user.active:
        raise RuleError(f"{user.name}’s account is switched off already.")
    user.active = False
    end_all_sessions(user)
    record("account.switched_off", user, actor=actor, reason=reason)
    notices.say_changed(user, "Your account was switched off. Nobody can sign in to it.")


def switch_on(user: User, *, reason: str, actor: User) -> None:
    """Let the person in again; they sign in anew. A mail tells of it."""
    require(policy.may_administer(actor, user), OTHERS_ONLY)
    queries.lock_user(user)
    if user.active:
        raise RuleError(f"{user.name}’s account is on already.")
    user.active = True
    record("account.switched_on", user, actor=actor, reason=reason)
    notices.say_changed(user, "Your account was switched on again. You can sign in.")
