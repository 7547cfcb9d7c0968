"""Accounts, staff roles, organizations and who belongs to them, and what opens an account."""

from pglab.accounts.models.credentials import KnownDevice, SignInSession, SignInTry
from pglab.accounts.models.organizations import MemberRole, Membership, Organization
from pglab.accounts.models.people import StaffRole, StaffRoleGrant, User

__all__ = [
    "KnownDevice",
    "MemberRole",
    "Membership",
    "Organization",
    "SignInSession",
    "SignInTry",
    "StaffRole",
    "StaffRoleGrant",
    "User",
]
