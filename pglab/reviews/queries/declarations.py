"""Conflict declarations: the newest one of each evaluator on each proposal is the one that counts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import Organization
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews.models import ConflictDeclaration, PanelMember
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.models import Rfp

Cell = tuple[UUID, UUID]


def list_panel_proposals(rfp: Rfp) -> list[Proposal]:
    """The proposals the panel has to judge, by startup; none before the opening: until then nobody learns of any.
    What was withdrawn is not judged."""
    if rfp.opened_at is None:
        return []
    return list(
        db.session.scalars(
            select(Proposal)
            .join(Proposal.organization)
            .options(contains_eager(Proposal.organization))
            .where(Proposal.rfp_id == rfp.id, Proposal.status == ProposalStatus.SUBMITTED)
            .order_by(Organization.name_key, Proposal.reference)
        )
    )


def latest_answer(member: PanelMember, proposal: Proposal) -> ConflictAnswer | None:
    """What the member declared last about this proposal; None before the first declaration."""
    return db.session.scalar(
        select(ConflictDeclaration.answer)
        .where(ConflictDeclaration.member_id == member.id, ConflictDeclaration.proposal_id == proposal.id)
        .order_by(ConflictDeclaration.number.desc())
        .limit(1)
    )


def latest_declarations(rfp: Rfp, *, member: PanelMember | None = None) -> dict[Cell, ConflictDeclaration]:
    """The declaration that counts, by (member, proposal); of the whole panel or of one member."""
    query = (
        select(ConflictDeclaration)
        .join(PanelMember, ConflictDeclaration.member_id == PanelMember.id)
        .where(PanelMember.rfp_id == rfp.id)
        .ext(distinct_on(ConflictDeclaration.member_id, ConflictDeclaration.proposal_id))
        .order_by(ConflictDeclaration.member_id, ConflictDeclaration.proposal_id, ConflictDeclaration.number.desc())
    )
    if member is not None:
        query = query.where(PanelMember.id == member.id)
    return {(found.member_id, found.proposal_id): found for found in db.session.scalars(query)}


def list_declaration_rows(member: PanelMember) -> list[tuple[Proposal, ConflictDeclaration | None]]:
    """Every proposal of the member's panel with what the member declared about it."""
    declared = latest_declarations(member.rfp, member=member)
    return [(proposal, declared.get((member.id, proposal.id))) for proposal in list_panel_proposals(member.rfp)]


def get_pending_declaration(rfp: Rfp, member_id: UUID, reference: str) -> ConflictDeclaration:
    """An evaluator's “not sure” that still waits for a decision."""
    latest = db.session.scalar(
        select(ConflictDeclaration)
        .join(PanelMember, ConflictDeclaration.member_id == PanelMember.id)
        .join(Proposal, ConflictDeclaration.proposal_id == Proposal.id)
        .where(
            PanelMember.rfp_id == rfp.id,
            PanelMember.id == member_id,
            Proposal.reference == reference.upper(),
            Proposal.status == ProposalStatus.SUBMITTED,
        )
        .order_by(ConflictDeclaration.number.desc())
        .limit(1)
    )
    if latest is None or latest.answer is not ConflictAnswer.UNSURE:
        raise NotFoundError("No decision is waiting here.")
    return latest


def conflict_matrix(
    members: list[PanelMember], proposals: list[Proposal], declared: dict[Cell, ConflictDeclaration]
) -> list[tuple[Proposal, list[str]]]:
    """For each proposal the word of every member in order: what was declared, and what was settled."""
    return [(proposal, [_word(declared.get((member.id, proposal.id))) for member in members]) for proposal in proposals]


def _word(declaration: ConflictDeclaration | None) -> str:
    if declaration is None:
        return "Not declared"
    if declaration.answer is ConflictAnswer.CONFLICT:
        return "Recused"
    return "To decide" if declaration.answer is ConflictAnswer.UNSURE else "No conflict"
