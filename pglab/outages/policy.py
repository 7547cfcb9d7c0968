"""Who keeps the log of outages."""

from pglab.accounts.models import StaffRole, User

KEEPERS = (StaffRole.PROGRAM_MANAGER, StaffRole.ADMIN)


def may_note(user: User) -> bool:
    """Program managers and administrators keep the log."""
    return user.has_staff_role(*KEEPERS)
