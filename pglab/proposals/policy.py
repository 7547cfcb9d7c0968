"""Who may do what with a proposal. Pure: the same functions serve services, queries and templates."""

import re
from datetime import datetime

from pglab.accounts.models import MemberRole, StaffRole, User
from pglab.proposals.models import Clarification, Opening, Proposal
from pglab.proposals.states import ProposalStatus, WithdrawalEffect

VIEWERS_READ = "Viewers can read this proposal but not change it."
REPRESENTATIVES_SIGN = "Only an authorized representative can sign the statement."
# What is signed of a marked file; filed with the submission (Pennsylvania's Right-to-Know Law, section 707(b)).
STATEMENT = (
    "The pages named hold a trade secret or confidential proprietary information of our company, "
    "as Pennsylvania’s Right-to-Know Law defines them."
)
WRITERS = (MemberRole.REPRESENTATIVE, MemberRole.EDITOR)
OPENERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
# More than any panel reads.
MAX_PROPOSAL_FILES = 10
MAX_PROPOSAL_BYTES = 100_000_000
CLARIFIERS = (StaffRole.PROGRAM_MANAGER,)
READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)


# "3", "pages 3, 5–7 and 9".
PAGES_NAMED = re.compile(r"(?:pages?\b|pp?\.)?\s*([0-9]{1,6})(?:\s*(?:[-–—]|to\b)\s*([0-9]{1,6}))?", re.IGNORECASE)
BETWEEN_PAGES = re.compile(r"\s*(?:[,;&]\s*(?:and\b)?|\band\b)\s*", re.IGNORECASE)
ALL_PAGES = frozenset({"all", "all pages"})
NAME_PAGES = "Enter page numbers, for example 3, 5–7, or “all pages”"


def pages_problem(named: str, last: int) -> str:
    """What is wrong with the pages named of a file that has `last`; empty when each of them is there."""
    if named.lower().rstrip(".") in ALL_PAGES:
        return ""
    found = [PAGES_NAMED.fullmatch(part) for part in BETWEEN_PAGES.split(named.rstrip("."))]
    spans = [(int(each[1]), int(each[2] or each[1])) for each in found if each]
    if len(spans) < len(found) or any(first > end for first, end in spans):
        return NAME_PAGES
    if any(first < 1 or end > last for first, end in spans):
        return f"The file has {last} pages. Enter which of them" if last > 1 else "The file has 1 page. Enter 1"
    return ""


def may_see(user: User, proposal: Proposal) -> bool:
    """Only its own organization sees a draft or a submission on the applicant's side."""
    return user.role_in(proposal.organization_id) is not None


def may_edit(user: User, proposal: Proposal) -> bool:
    """Representatives and editors write; viewers read."""
    return user.role_in(proposal.organization_id) in WRITERS


def may_submit(user: User, proposal: Proposal) -> bool:
    """Only an authorized representative speaks for the organization."""
    return user.role_in(proposal.organization_id) is MemberRole.REPRESENTATIVE


def may_withdraw(user: User, proposal: Proposal) -> bool:
    """Whoever may submit may take back what was submitted, until the decisions are released."""
    call = proposal.rfp
    return (
        may_submit(user, proposal)
        and proposal.status is ProposalStatus.SUBMITTED
        and call.decided_at is None
        and call.cancelled_at is None
    )


def withdrawal_effect(proposal: Proposal, now: datetime) -> WithdrawalEffect:
    """What withdrawing does now: until the deadline it can be undone, and after the opening the proposal stays in the
    set that was published."""
    if proposal.rfp.opened_at is not None:
        return WithdrawalEffect.PUBLISHED
    return WithdrawalEffect.FINAL if now > proposal.rfp.closes_at else WithdrawalEffect.UNDOABLE


def may_undo_withdrawal(user: User, proposal: Proposal, now: datetime) -> bool:
    """What was taken back counts again when a representative says so before the deadline."""
    return (
        may_submit(user, proposal)
        and proposal.status is ProposalStatus.WITHDRAWN
        and proposal.rfp.phase(now).accepts_proposals
    )


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


def may_clarify(user: User, proposal: Proposal) -> bool:
    """Program managers ask about an opened proposal that stands, until the decisions are released."""
    call = proposal.rfp
    return (
        may_read_opened(user, proposal)
        and user.has_staff_role(*CLARIFIERS)
        and proposal.status is ProposalStatus.SUBMITTED
        and call.decided_at is None
        and call.cancelled_at is None
    )


def may_answer(user: User, clarification: Clarification, now: datetime) -> bool:
    """Whoever may submit answers for the startup, until the answer is due or the decisions are released."""
    proposal, call = clarification.proposal, clarification.proposal.rfp
    return (
        may_submit(user, proposal)
        and clarification.is_open
        and not clarification.is_overdue(now)
        and proposal.status is ProposalStatus.SUBMITTED
        and call.decided_at is None
        and call.cancelled_at is None
    )
