"""Who may sit on a panel, run it, and read what it wrote."""

import hashlib
from uuid import UUID

from pglab.accounts.models import StaffRole, User
from pglab.rfps.models import Rfp

PANEL_RUNNERS = (StaffRole.PROGRAM_MANAGER,)
SCORE_READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)
# They decide on the scores, or never see content: none of them also scores.
NEVER_EVALUATORS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.ADMIN, StaffRole.AUDITOR)


def may_run_panel(user: User) -> bool:
    """Program managers seat evaluators, settle unsure conflicts and open the panel stage."""
    return user.has_staff_role(*PANEL_RUNNERS)


def may_ever_evaluate(user: User) -> bool:
    """Who decides on the scores does not give any, and neither does anybody who belongs to a startup."""
    return not user.has_staff_role(*NEVER_EVALUATORS) and not user.memberships


def may_read_scores(user: User, rfp: Rfp) -> bool:
    """Program staff and auditors see scores from the panel stage on; before it nobody sees another person's."""
    return user.has_staff_role(*SCORE_READERS) and rfp.panel_opened_at is not None


def reading_order(member_id: UUID, proposal_id: UUID) -> bytes:
    """The sort key of an evaluator's own order: shuffled for each, the same every time.

    It spreads tiredness and the effect of who came before over all proposals.
    """
    return hashlib.sha256(member_id.bytes + proposal_id.bytes).digest()
