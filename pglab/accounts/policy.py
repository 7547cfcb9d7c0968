"""Who may do what with people and organizations."""

from uuid import UUID

from pglab.accounts.models import MemberRole, StaffRole, User


def may_submit_for(user: User, organization_id: UUID) -> bool:
    """Only an authorized representative submits, accepts and signs for the organization."""
    return user.role_in(organization_id) is MemberRole.REPRESENTATIVE


def may_edit_for(user: User, organization_id: UUID) -> bool:
    """Representatives and editors write for the organization."""
    return user.role_in(organization_id) in (MemberRole.REPRESENTATIVE, MemberRole.EDITOR)


def may_see(user: User, organization_id: UUID) -> bool:
    """Every member sees what the City holds about the organization; nobody else through these pages."""
    return user.role_in(organization_id) is not None


def may_change_team(user: User, organization_id: UUID) -> bool:
    """Only a representative says who else acts for the organization."""
    return may_submit_for(user, organization_id)


def may_administer(actor: User, user: User) -> bool:
    """An administrator looks after the accounts of other people, never their own."""
    return actor.has_staff_role(StaffRole.ADMIN) and actor.id != user.id and actor.person_id != user.person_id
