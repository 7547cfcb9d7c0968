"""Who reads and answers what visitors write."""

from pglab.accounts.models import StaffRole, User

ANSWERERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.ADMIN)


def may_answer(user: User) -> bool:
    """Program managers, directors and administrators read messages and answer them."""
    return user.has_staff_role(*ANSWERERS)
