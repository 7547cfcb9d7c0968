"""Switching an account off and on again, by an administrator, never one's own."""

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import Organization, User
from pglab.accounts.services.sessions import end_all_sessions
from pglab.audit.services import record
from pglab.core.errors import RuleError, require

OTHERS_ONLY = "Another administrator has to do this for you."


def switch_off(user: User, *, reason: str, actor: User, anyway: bool = False) -> None:
    """Let nobody in under this account, from the next request on. What it did and may do stays; a mail tells of it.

    Where nobody else could submit for a startup, the administrator has to say that it is to be `anyway` (an account
    that was taken over cannot wait); then the startup's log has it, and the rest of its team is told.
    """
    require(policy.may_administer(actor, user), OTHERS_ONLY)
    queries.lock_teams_of(user)
    queries.lock_user(user)
    if not user.active:
        raise RuleError(f"{user.name}’s account is switched off already.")
    alone = queries.list_depending_on(user)
    if alone and not anyway:
        startups = " or ".join(each.legal_name for each in alone)
        raise RuleError(f"Nobody else can submit for {startups}. Select that you switch it off all the same.", "anyway")
    user.active = False
    end_all_sessions(user)
    record("account.switched_off", user, actor=actor, reason=reason)
    notices.say_changed(user, "Your account was switched off. Nobody can sign in to it.")
    for organization in alone:
        _say_unrepresented(organization, user, actor)


def _say_unrepresented(organization: Organization, user: User, actor: User) -> None:
    """Put on the startup's log that nobody can submit for it for now, and tell the others on its team."""
    record("organization.unrepresented", organization, actor=actor, after={"person": str(user.id)})
    for member in queries.list_members(organization):
        if member.user_id != user.id and member.user.active:
            notices.say_unrepresented(member.user, organization, user)


def switch_on(user: User, *, reason: str, actor: User) -> None:
    """Let the person in again; they sign in anew. A mail tells of it."""
    require(policy.may_administer(actor, user), OTHERS_ONLY)
    queries.lock_user(user)
    if user.active:
        raise RuleError(f"{user.name}’s account is on already.")
    user.active = True
    record("account.switched_on", user, actor=actor, reason=reason)
    notices.say_changed(user, "Your account was switched on again. You can sign in.")
