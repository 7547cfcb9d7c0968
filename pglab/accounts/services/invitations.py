"""Inviting somebody to a startup's team: tied to one mailbox, good once, and for three days."""

import secrets
from datetime import timedelta

from blinker import Signal

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import Invitation, InvitationState, MemberRole, Membership, Organization, User
from pglab.accounts.services.sessions import hashed
from pglab.accounts.services.teams import ONLY_REPRESENTATIVES, join
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.core.ids import uuid7
from pglab.core.states import words

GOOD_FOR = timedelta(hours=72)
MOST_OPEN = 20
# How long a new invitation of the same address has to wait while the one before stands, and how many there may be in
# that time when each was taken back or declined: the mailbox is somebody else's.
REST = timedelta(hours=1)
MOST_MAILS = 3

# Asked before somebody joins a team: who knows a reason against it (a panel seat, say) raises RuleError.
membership_asked_for = Signal()


def invite_member(organization: Organization, *, email: str, role: MemberRole, actor: User) -> Invitation:
    """Invite whoever reads this mailbox to act for the organization; they have to accept.

    The answer is the same whether the address has an account or not. A newer invitation of the same address makes the
    older one void; it may be sent an hour after that one. At most twenty stand open at once.
    """
    require(policy.may_change_team(actor, organization.id), ONLY_REPRESENTATIVES)
    queries.lock_organization(organization)
    key = queries.email_key(email)
    if any(member.user.email_key == key for member in queries.list_members(organization)):
        raise RuleError("This person is a member already.", "email")
    _refuse_pestering(queries.list_invitations_since(organization, key, queries.real_now() - REST))
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


def _refuse_pestering(recent: list[Invitation]) -> None:
    """One mail an hour to the same address is enough; a mistake may be put right sooner, but not again and again."""
    standing = next((each for each in recent if each.state is InvitationState.OPEN), None)
    if standing is not None:
        raise RuleError(
            f"We invited this address as {words(standing.role)} less than an hour ago, and the link still works. You "
            "can send another mail an hour after the last one. To change the role, withdraw that invitation first.",
            "email",
        )
    if len(recent) >= MOST_MAILS:
        raise RuleError(f"We sent {MOST_MAILS} invitations to this address within an hour. Try again later.", "email")


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


def ask_again(invitation: Invitation) -> None:
    """Whoever holds the link of an invitation that ran out asks for a new one, once; whoever invited gets a mail.

    If they represent the startup no longer, its present representatives get it.
    """
    queries.lock_organization(invitation.organization)
    db.session.refresh(invitation, ["asked_again_at", "state"])
    if not may_ask_again(invitation):
        raise GoneError("A new invitation can’t be asked for by this link.")
    invitation.asked_again_at = queries.real_now()
    record("invitation.asked_again", invitation.organization, actor=None, after={"invitation": str(invitation.id)})
    able = [
        member.user
        for member in queries.list_members(invitation.organization)
        if member.role is MemberRole.REPRESENTATIVE and member.user.active
    ]
    inviter = [user for user in able if user.id == invitation.invited_by_id]
    for user in inviter or able:
        notices.say_asked_again(invitation, user)


def may_ask_again(invitation: Invitation) -> bool:
    """Only for an invitation that nobody answered or took back, whose time has passed, and once."""
    passed = invitation.expires_at <= queries.real_now()
    return passed and invitation.state is InvitationState.OPEN and invitation.asked_again_at is None


def _check_open(invitation: Invitation, actor: User) -> None:
    if invitation.state is not InvitationState.OPEN or invitation.expires_at <= queries.real_now():
        raise GoneError("This invitation has been answered or withdrawn, or its time has passed.")
    if invitation.email_key != actor.email_key:
        raise RuleError("This invitation was sent to another address. Sign in with the account of that address.")


def _answer(invitation: Invitation, state: InvitationState) -> None:
    invitation.state, invitation.answered_at = state, queries.real_now()
