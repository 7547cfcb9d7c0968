"""Asking to join a startup that is registered already. Its representatives say yes, with a role, or no."""

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import JoinRequest, JoinState, MemberRole, Membership, Organization, User
from pglab.accounts.services.invitations import membership_asked_for
from pglab.accounts.services.teams import ONLY_REPRESENTATIVES, join
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.core.ids import uuid7

MOST_OPEN = 5


def ask_to_join(organization: Organization, *, actor: User) -> JoinRequest:
    """Ask the startup's representatives to be added to its team; each of them gets a mail. Asking twice is no harm.

    Effects: the request, an entry on the startup's log, a notice to every representative.
    """
    require(not actor.is_staff, "You have a City role, so you can’t act for a startup.")
    membership_asked_for.send(actor)
    queries.lock_organization(organization)
    if actor.role_in(organization.id) is not None:
        raise RuleError(f"You are a member of {organization.legal_name} already.")
    waiting = queries.list_open_wishes(actor)
    known = next((each for each in waiting if each.organization_id == organization.id), None)
    if known is not None:
        return known
    if len(waiting) >= MOST_OPEN:
        raise RuleError(f"You wait for an answer of {MOST_OPEN} startups already.")
    asked = JoinRequest(
        id=uuid7(), organization=organization, user=actor, asked_at=official_now(), state=JoinState.OPEN
    )
    db.session.add(asked)
    db.session.flush()
    record("joining.asked", organization, actor=actor, after={"person": str(actor.id), "request": str(asked.id)})
    for member in queries.list_members(organization):
        if member.role is MemberRole.REPRESENTATIVE and member.user.active:
            notices.say_joining_asked(asked, member.user)
    return asked


def accept_join_request(asked: JoinRequest, role: MemberRole, *, actor: User) -> Membership:
    """Let the person join as `role`. Nobody who does City work or scores may."""
    _hold_open(asked, actor)
    if asked.user.is_staff or not asked.user.active:
        raise RuleError(f"{asked.user.name} can’t act for a startup.")
    membership_asked_for.send(asked.user)
    _answer(asked, JoinState.ACCEPTED, actor)
    membership = join(asked.organization, asked.user, role)
    change = {"person": str(asked.user_id), "role": role.value}
    record("member.added", asked.organization, actor=actor, after=change)
    notices.say_joining_answered(asked)
    return membership


def decline_join_request(asked: JoinRequest, *, actor: User) -> None:
    """Say no; whoever asked is told."""
    _hold_open(asked, actor)
    _answer(asked, JoinState.DECLINED, actor)
    record("joining.declined", asked.organization, actor=actor, before={"person": str(asked.user_id)})
    notices.say_joining_answered(asked)


def _hold_open(asked: JoinRequest, actor: User) -> None:
    """The team held still, and the request seen as it is now: an answer is given once."""
    queries.lock_team(asked.organization, asked.user, actor)
    require(policy.may_change_team(actor, asked.organization_id), ONLY_REPRESENTATIVES)
    db.session.refresh(asked, ["state"])
    if asked.state is not JoinState.OPEN or asked.user.role_in(asked.organization_id) is not None:
        raise GoneError("This request has been answered already.")


def _answer(asked: JoinRequest, state: JoinState, actor: User) -> None:
    asked.state, asked.answered_at, asked.answered_by_id = state, official_now(), actor.id
