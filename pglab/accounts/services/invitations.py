"""Inviting somebody to a startup's team: tied to one mailbox, good once, and for three days."""

import secrets
from datetime import timedelta

from blinker import Signal

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import Invitation, InvitationState, MemberRole, Membership, Organization, User
from pglab.accounts.services.organizations import ONLY_REPRESENTATIVES, join
from pglab.accounts.services.sessions import hashed
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.core.ids import uuid7

GOOD_FOR = timedelta(hours=72)
MOST_OPEN = 20

# Asked before somebody joins a team: who knows a reason against it (a panel seat, say) raises RuleError.
membership_asked_for = Signal()


def invite_member(organization: Organization, *, email: str, role: MemberRole, actor: User) -> Invitation:
    """Invite whoever reads this mailbox to act for the organization; they have to accept.

    The answer is the same whether the address has an account or not. A newer invitation of the same address makes the
    older one void. At most twenty stand open at once.
    """
    require(policy.may_change_team(actor, organization.id), ONLY_REPRESENTATIVES)
    queries.lock_organization(organization)
    key = queries.email_key(email)
    if any(member.user.email_key == key for member in queries.list_members(organization)):
        raise RuleError("This person is a member already.", "email")
    still_open = queries.list_invitations(organization)
    for older in still_open:
        if older.email_key == key:
            _answer(older, InvitationState.WITHDRAWN)
    if len(still_open) >= MOST_OPEN:
        raise RuleError(f"{MOST_OPEN} invitations wait for an answer. Withdraw one first.", "email")
    db.session.flush()
    token, now = secrets.token_urlsafe(32), queries.real_now()
    invitation = Invitation(
        id=uuid7(),
        organization=organization,
        email=email,
        email_key=key,
        role=role,
        token_hash=hashed(token),
        invited_by=actor,
        invited_at=now,
        expires_at=now + GOOD_FOR,
        state=InvitationState.OPEN,
    )
    db.session.add(invitation)
    db.session.flush()
    record("member.invited", organization, actor=actor, after={"invitation": str(invitation.id), "role": role.value})
    notices.invite_member(invitation, f"/invitations/{token}")
    return invitation


def accept_invitation(invitation: Invitation, *, actor: User) -> Membership:
    """Join the team. Only the account of the invited address may, and nobody who does City work.

    Effects: the membership, an audit entry, a notice to whoever invited.
    """
    organization = invitation.organization
    queries.lock_organization(organization)
    _check_open(invitation, actor)
    if actor.is_staff:
        raise RuleError("You have a City role, so you can’t act for a startup.")
    membership_asked_for.send(actor)
    if actor.role_in(organization.id) is not None:
        raise RuleError(f"You are a member of {organization.legal_name} already.")
    _answer(invitation, InvitationState.ACCEPTED)
    membership = join(organization, actor, invitation.role)
    record("member.added", organization, actor=actor, after={"person": str(actor.id), "role": invitation.role.value})
    notices.say_invitation_answered(invitation, actor)
    return membership


def decline_invitation(invitation: Invitation, *, actor: User) -> None:
    """Say no; whoever invited is told."""
    queries.lock_organization(invitation.organization)
    _check_open(invitation, actor)
    _answer(invitation, InvitationState.DECLINED)
    record("invitation.declined", invitation.organization, actor=actor, before={"invitation": str(invitation.id)})
    notices.say_invitation_answered(invitation, actor)


def withdraw_invitation(invitation: Invitation, *, actor: User) -> None:
    """Take an invitation back: its link no longer works."""
    require(policy.may_change_team(actor, invitation.organization_id), ONLY_REPRESENTATIVES)
    queries.lock_organization(invitation.organization)
    if invitation.state is not InvitationState.OPEN:
        raise GoneError("This invitation has been answered or withdrawn.")
    _answer(invitation, InvitationState.WITHDRAWN)
    record("invitation.withdrawn", invitation.organization, actor=actor, before={"invitation": str(invitation.id)})


def _check_open(invitation: Invitation, actor: User) -> None:
    if invitation.state is not InvitationState.OPEN or invitation.expires_at <= queries.real_now():
        raise GoneError("This invitation has been answered or withdrawn, or its time has passed.")
    if invitation.email_key != actor.email_key:
        raise RuleError("This invitation was sent to another address. Sign in with the account of that address.")


def _answer(invitation: Invitation, state: InvitationState) -> None:
    invitation.state, invitation.answered_at = state, queries.real_now()
