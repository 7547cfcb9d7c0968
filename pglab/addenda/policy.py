"""Who may prepare and who may issue an official change of a published RFP, and who may cancel the call."""

from pglab.accounts.models import StaffRole, User
from pglab.addenda.models import Addendum, Cancellation
from pglab.addenda.states import AddendumStatus

PREPARERS = (StaffRole.PROGRAM_MANAGER,)
ISSUERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)


def may_prepare(user: User) -> bool:
    """Program managers prepare changes, ask for a later deadline and ask for a cancellation."""
    return user.has_staff_role(*PREPARERS)


def may_return(user: User) -> bool:
    """Whoever could issue may also give it back."""
    return user.has_staff_role(*ISSUERS)


def may_issue(user: User, addendum: Addendum) -> bool:
    """The second person: a director or another program manager, another human than who prepared it."""
    return (
        user.has_staff_role(*ISSUERS)
        and addendum.status is AddendumStatus.WAITING
        and user.person_id != addendum.prepared_by.person_id
    )


def may_confirm(user: User, cancellation: Cancellation) -> bool:
    """The second person of a cancellation is another human than who asked for it."""
    return (
        user.has_staff_role(*ISSUERS)
        and cancellation.confirmed_at is None
        and cancellation.withdrawn_at is None
        and user.person_id != cancellation.asked_by.person_id
    )
