"""Whom notices about a proposal go to."""

from pglab.accounts.models import MemberRole, User
from pglab.accounts.queries import list_members
from pglab.proposals.models import Proposal


def team(proposal: Proposal) -> list[User]:
    """Everyone who belongs to the proposal's organization."""
    return [membership.user for membership in list_members(proposal.organization)]


def representatives(proposal: Proposal) -> list[User]:
    """Those who may submit."""
    return [m.user for m in list_members(proposal.organization) if m.role is MemberRole.REPRESENTATIVE]
