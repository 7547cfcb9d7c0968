"""Who arranges sessions and who sees who comes."""

from pglab.accounts.models import StaffRole, User

ARRANGERS = (StaffRole.PROGRAM_MANAGER,)
LOOKERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)


def may_arrange(user: User) -> bool:
    """Program managers publish, move and cancel sessions."""
    return user.has_staff_role(*ARRANGERS)
