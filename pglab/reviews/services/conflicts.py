"""Conflicts of interest: declared before anything is read, settled by the program when unsure, final once declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.proposals.models import Proposal
from pglab.proposals.services import grant_reading, revoke_reading
from pglab.reviews import notices, policy, queries
from pglab.reviews.models import ConflictDeclaration, PanelMember
from pglab.reviews.services.stage import lock_rfp, lock_scoring
from pglab.reviews.states import SHEET_WORKFLOW, ConflictAnswer, SheetEvent

WHY_READING = "Evaluator, declared no conflict of interest"


@dataclass(frozen=True)
class Declared:
    """One row of the declaration: the answer and, unless it is “no conflict”, a note."""

    answer: ConflictAnswer
    note: str = ""


def declare_conflicts(member: PanelMember, declared: Mapping[UUID, Declared], *, actor: User) -> None:
    """An evaluator declares on every proposal not declared on before, all in one go, before seeing any content.

    Effects for each: the declaration stands for good; “no conflict” opens the proposal to them, a conflict shuts it for
    good, “not sure” keeps it shut until a program manager decides. One log entry each; program managers learn of
    conflicts and open questions (N23).
    """
    require(actor.id == member.user_id)
    _lock(member)
    if member.accepted_at is None:
        raise StateError("Accept your seat on the panel first.")
    rows = [proposal for proposal, earlier in queries.list_declaration_rows(member) if earlier is None]
    missing = [proposal for proposal in rows if proposal.id not in declared]
    if missing:
        raise RuleError(f"Select an answer for each applicant. {len(missing)} {_are(len(missing))} missing.")
    for proposal in rows:
        _refuse_unless_whole(proposal, declared[proposal.id], actor)
    for proposal in rows:
        _declare(member, proposal, declared[proposal.id], number=1, actor=actor)
    chosen = {answer: [p for p in rows if declared[p.id].answer is answer] for answer in ConflictAnswer}
    notices.report_conflicts(member, chosen[ConflictAnswer.CONFLICT], chosen[ConflictAnswer.UNSURE])


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _lock(member: PanelMember) -> None:
    """Hold the stage and the seat, so that two screens of one evaluator wait for each other."""
    lock_scoring(member.rfp)
    queries.find_seat(member.rfp, member.user, lock=True)


def _refuse_unless_whole(proposal: Proposal, row: Declared, actor: User) -> None:
    field = f"note-{proposal.reference}"
    if row.answer is not ConflictAnswer.NONE and not row.note:
        raise RuleError(f"Enter what your connection to {proposal.organization.legal_name} is", field)
    if row.answer is ConflictAnswer.NONE and actor.role_in(proposal.organization_id) is not None:
        raise RuleError(
            f"You belong to {proposal.organization.legal_name}, so you have a conflict.", f"answer-{proposal.reference}"
        )


def _declare(member: PanelMember, proposal: Proposal, row: Declared, *, number: int, actor: User) -> None:
    declaration = ConflictDeclaration(
        member=member,
        proposal=proposal,
        number=number,
        answer=row.answer,
        note=row.note if row.answer is not ConflictAnswer.NONE else "",
        declared_at=official_now(),
    )
    db.session.add(declaration)
    db.session.flush()
    record("conflict.declared", declaration, actor=actor, after={"answer": row.answer.value})
    if row.answer is ConflictAnswer.NONE:
        grant_reading(proposal, member.user, why=WHY_READING, actor=actor)


def decide_unsure(declaration: ConflictDeclaration, *, may_score: bool, reason: str, actor: User) -> None:
    """A program manager settles an evaluator's “not sure”: they score it, or they are out for good.

    Effects: a further declaration in the manager's name, with the reason; reading is granted or stays shut; the
    evaluator is told.
    """
    member, proposal = declaration.member, declaration.proposal
    require(policy.may_run_panel(actor))
    require(actor.person_id != member.user.person_id, "Nobody decides about their own conflict.")
    _lock(member)
    latest = queries.latest_declarations(member.rfp, member=member)[member.id, proposal.id]
    if latest.answer is not ConflictAnswer.UNSURE:
        raise StateError("This has already been decided.")
    if not reason:
        raise RuleError("Enter the reason for your decision", "reason")
    answer = ConflictAnswer.NONE if may_score else ConflictAnswer.CONFLICT
    decision = ConflictDeclaration(
        member=member,
        proposal=proposal,
        number=latest.number + 1,
        answer=answer,
        note=reason,
        declared_at=official_now(),
        decided_by_id=actor.id,
    )
    db.session.add(decision)
    db.session.flush()
    record("conflict.decided", decision, actor=actor, after={"answer": answer.value}, reason=reason)
    if may_score:
        grant_reading(proposal, member.user, why="Evaluator, cleared by a program manager", actor=actor)
    notices.tell_conflict_decided(member, proposal, may_score=may_score)


def recuse(member: PanelMember, proposal: Proposal, *, note: str, actor: User) -> None:
    """A conflict found late: access ends at once, the evaluator's sheet is void and kept, totals no longer count it.

    Possible until decisions are released. The evaluator can't undo it. Program managers are told (N23).
    """
    require(actor.id == member.user_id, "Only the evaluator can recuse themselves.")
    call = lock_rfp(member.rfp)
    if call.decided_at is not None:
        raise GoneError("The decisions are released. Tell a program manager about the conflict.")
    queries.find_seat(member.rfp, member.user, lock=True)
    latest = queries.latest_declarations(member.rfp, member=member).get((member.id, proposal.id))
    if latest is None:
        raise StateError("Declare your conflicts first.")
    if latest.answer is ConflictAnswer.CONFLICT:
        raise StateError("You are already recused from this proposal.")
    if not note:
        raise RuleError("Enter what the conflict is", "note")
    row = Declared(ConflictAnswer.CONFLICT, note)
    _declare(member, proposal, row, number=latest.number + 1, actor=actor)
    revoke_reading(proposal, member.user, actor=actor)
    _void_sheet(member, proposal, actor)
    notices.report_conflicts(member, [proposal], [])


def _void_sheet(member: PanelMember, proposal: Proposal, actor: User) -> None:
    sheet = queries.find_sheet(member, proposal, lock=True)
    if sheet is not None:
        before = sheet.status.value
        SHEET_WORKFLOW.fire(sheet, SheetEvent.RECUSE)
        record("sheet.voided", sheet, actor=actor, before={"status": before})
