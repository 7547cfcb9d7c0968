"""Who may prepare, publish and see an RFP."""

from pglab.accounts.models import StaffRole, User
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus

PREPARERS = (StaffRole.PROGRAM_MANAGER,)
PUBLISHERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)


def may_prepare(user: User) -> bool:
    """Program managers build cohorts."""
    return user.has_staff_role(*PREPARERS)


def may_change(user: User, rfp: Rfp) -> bool:
    """Only a draft is changed; a published RFP is frozen."""
    return may_prepare(user) and rfp.status is RfpStatus.DRAFT


def may_publish(user: User, rfp: Rfp, *, preparer: User) -> bool:
    """The second person of a publication: a director or another program manager, another human than the preparer."""
    return (
        user.has_staff_role(*PUBLISHERS) and rfp.status is RfpStatus.IN_REVIEW and user.person_id != preparer.person_id
    )


def sees_drafts(user: User | None) -> bool:
    """City staff see an RFP while it is being prepared."""
    return user is not None and user.is_authenticated and user.is_staff
