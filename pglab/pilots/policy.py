"""Who may do what in a pilot."""

from pglab.accounts.models import MemberRole, StaffRole, User
from pglab.pilots.models import Pilot

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE, StaffRole.AUDITOR)


def is_member(user: User, pilot: Pilot) -> bool:
    """Whether the person belongs to the startup of the pilot."""
    return user.role_in(pilot.organization_id) is not None


def is_champion(user: User, pilot: Pilot) -> bool:
    """Whether the person hosts the pilot for the City."""
    return bool(user.id == pilot.champion_id)


def may_see(user: User, pilot: Pilot) -> bool:
    """The startup's members, the champion, and the City's program, finance and audit people read a pilot."""
    return is_member(user, pilot) or is_champion(user, pilot) or user.has_staff_role(*READERS)


def may_start(user: User) -> bool:
    """Program managers turn an accepted award into a pilot."""
    return user.has_staff_role(StaffRole.PROGRAM_MANAGER)


def may_execute(user: User) -> bool:
    """Program managers record that an agreement was executed."""
    return user.has_staff_role(StaffRole.PROGRAM_MANAGER)


def may_hand_in(user: User, pilot: Pilot) -> bool:
    """A startup's representatives and editors hand in for a milestone; viewers only read."""
    return user.role_in(pilot.organization_id) in (MemberRole.REPRESENTATIVE, MemberRole.EDITOR)


def may_decide(user: User, pilot: Pilot) -> bool:
    """Only the champion accepts a milestone or asks for changes, never for a startup of their own."""
    return is_champion(user, pilot) and not is_member(user, pilot)
