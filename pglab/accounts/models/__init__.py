"""Accounts, staff roles, organizations and who belongs to them, and what opens an account."""

from pglab.accounts.models.credentials import KnownDevice, Passkey, RecoveryCode, SignInSession, SignInTry
from pglab.accounts.models.organizations import Invitation, InvitationState, MemberRole, Membership, Organization
from pglab.accounts.models.people import StaffRole, StaffRoleGrant, User

__all__ = [
    "Invitation",
    "InvitationState",
    "KnownDevice",
    "MemberRole",
    "Membership",
    "Organization",
    "Passkey",
    "RecoveryCode",
    "SignInSession",
    "SignInTry",
    "StaffRole",
    "StaffRoleGrant",
    "User",
]
