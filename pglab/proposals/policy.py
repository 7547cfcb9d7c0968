"""Who may do what with a proposal. Pure: the same functions serve services, queries and templates."""

from pglab.accounts.models import MemberRole, StaffRole, User
from pglab.proposals.models import Opening, Proposal

WRITERS = (MemberRole.REPRESENTATIVE, MemberRole.EDITOR)
OPENERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
# Ten files of the largest size are more than any panel reads.
MAX_PROPOSAL_BYTES = 100_000_000
READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)


def may_see(user: User, proposal: Proposal) -> bool:
    """Only its own organization sees a draft or a submission on the applicant's side."""
    return user.role_in(proposal.organization_id) is not None


def may_edit(user: User, proposal: Proposal) -> bool:
    """Representatives and editors write; viewers read."""
    return user.role_in(proposal.organization_id) in WRITERS


def may_submit(user: User, proposal: Proposal) -> bool:
    """Only an authorized representative speaks for the organization."""
    return user.role_in(proposal.organization_id) is MemberRole.REPRESENTATIVE


def may_open(user: User) -> bool:
    """Program managers and directors open proposals, two of them together."""
    return user.has_staff_role(*OPENERS)


def may_confirm_opening(user: User, opening: Opening) -> bool:
    """The second person of an opening is another human, not another account of the first."""
    return may_open(user) and user.person_id != opening.asked_by.person_id


def may_read_opened(user: User, proposal: Proposal) -> bool:
    """Program staff and auditors read a proposal once it is opened and was submitted; drafts stay private for good."""
    return (
        user.has_staff_role(*READERS)
        and proposal.rfp.opened_at is not None
        and proposal.submission_number > 0
        and not may_see(user, proposal)
    )
