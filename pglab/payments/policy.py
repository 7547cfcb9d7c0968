"""Who may act on money, and why somebody may not. People count, not accounts: two accounts of one person are one."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from uuid import UUID

from pglab.accounts.models import StaffRole, User
from pglab.payments.models import Approval, PaymentRequest
from pglab.payments.states import Stage

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE, StaffRole.AUDITOR)
SIGNERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE)
STAGE_ROLES = {
    Stage.PROGRAM: (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR),
    Stage.FINANCE: (StaffRole.FINANCE,),
}


class Hindrance(StrEnum):
    """Why a person may not give the next approval."""

    PREPARED = "prepared"
    APPROVED_BEFORE = "approved_before"
    PAYEE = "payee"
    ROLE = "role"


def may_read(user: User) -> bool:
    """Program, finance and audit people read the ledger."""
    return user.has_staff_role(*READERS)


def may_prepare(user: User) -> bool:
    """Program managers prepare payment requests."""
    return user.has_staff_role(StaffRole.PROGRAM_MANAGER)


def next_stage(request: PaymentRequest, approvals: Sequence[Approval]) -> Stage:
    """The program approves first, finance last; with one approval finance alone."""
    return Stage.PROGRAM if request.approvals_needed > 1 and not approvals else Stage.FINANCE


def hindrance(
    user: User, request: PaymentRequest, approvals: Sequence[Approval], payee: Collection[UUID]
) -> Hindrance | None:
    """Why this person may not give the next approval, None when they may. `payee`: persons of the paid organization."""
    if user.person_id == request.prepared_by.person_id:
        return Hindrance.PREPARED
    if user.person_id in {approval.approved_by.person_id for approval in approvals}:
        return Hindrance.APPROVED_BEFORE
    if user.person_id in payee:
        return Hindrance.PAYEE
    return None if user.has_staff_role(*STAGE_ROLES[next_stage(request, approvals)]) else Hindrance.ROLE


def may_record(user: User, request: PaymentRequest, payee: Collection[UUID]) -> bool:
    """Finance records a payment; never its preparer, never a member of the payee."""
    return (
        user.has_staff_role(StaffRole.FINANCE)
        and user.person_id != request.prepared_by.person_id
        and user.person_id not in payee
    )


def may_enter_vendor(user: User) -> bool:
    """Finance enters the vendor number of a payee."""
    return user.has_staff_role(StaffRole.FINANCE)


def may_confirm_vendor(user: User, entered_by: User) -> bool:
    """Another finance officer or a director confirms what one finance officer entered."""
    return user.has_staff_role(StaffRole.FINANCE, StaffRole.DIRECTOR) and user.person_id != entered_by.person_id


def signer_pairs_exist(preparer: User, signers: Sequence[User], payee: Collection[UUID], *, approvals: int) -> bool:
    """Whether people other than the preparer and the payee could give every approval, each by a different person."""
    others = [each for each in signers if each.person_id != preparer.person_id and each.person_id not in payee]
    finance = {each.person_id for each in others if each.has_staff_role(*STAGE_ROLES[Stage.FINANCE])}
    program = {each.person_id for each in others if each.has_staff_role(*STAGE_ROLES[Stage.PROGRAM])}
    if approvals == 1:
        return bool(finance)
    return bool(finance) and bool(program) and len(finance | program) > 1
