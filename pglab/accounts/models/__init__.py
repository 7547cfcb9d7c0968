"""Accounts, staff roles, organizations and who belongs to them, and what opens an account."""

from pglab.accounts.models.credentials import KeptForm, KnownDevice, Passkey, RecoveryCode, SignInSession, SignInTry
from pglab.accounts.models.organizations import (
    Certification,
    Invitation,
    InvitationState,
    JoinRequest,
    JoinState,
    MemberRole,
    Membership,
    Organization,
    OrganizationVersion,
    Owners,
)
from pglab.accounts.models.people import StaffRole, StaffRoleGrant, User

__all__ = [
    "Certification",
    "Invitation",
    "InvitationState",
    "JoinRequest",
    "JoinState",
    "KeptForm",
    "KnownDevice",
    "MemberRole",
    "Membership",
    "Organization",
    "OrganizationVersion",
    "Owners",
    "Passkey",
    "RecoveryCode",
    "SignInSession",
    "SignInTry",
    "StaffRole",
    "StaffRoleGrant",
    "User",
]
