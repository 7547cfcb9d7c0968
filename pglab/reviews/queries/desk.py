"""An evaluator's own desk: what is to do, in which order, and how far it is. Only their own sheets, ever."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews import policy
from pglab.reviews.models import ConflictDeclaration, PanelMember, Score, ScoreSheet
from pglab.reviews.queries.declarations import list_declaration_rows
from pglab.reviews.states import ConflictAnswer, SheetStatus
from pglab.rfps.models import Criterion

STATUS_WORDS = {
    None: ("Not started", "gray"),
    SheetStatus.DRAFT: ("Draft", "yellow"),
    SheetStatus.FINAL: ("Final", "blue"),
    SheetStatus.SIGNED: ("Signed", "green"),
    SheetStatus.VOID: ("Recused", "gray"),
}


@dataclass(frozen=True)
class DeskLine:
    """How far one seat is: what is undeclared, and the assigned proposals by status."""

    seat: PanelMember
    undeclared: int = 0
    unsure: int = 0
    assigned: int = 0
    draft: int = 0
    final: int = 0
    signed: int = 0

    @property
    def to_go(self) -> int:
        """Assigned proposals without anything saved."""
        return self.assigned - self.draft - self.final - self.signed


@dataclass(frozen=True)
class OwnWork:
    """One assigned proposal on an evaluator's list, with their own points only."""

    proposal: Proposal
    sheet: ScoreSheet | None
    points: dict[UUID, int] = field(default_factory=dict)
    total: Fraction = Fraction(0)
    out_of: int = 0

    @property
    def open(self) -> bool:
        """Still to be scored: neither final nor signed."""
        return self.sheet is None or self.sheet.status is SheetStatus.DRAFT

    @property
    def status(self) -> tuple[str, str]:
        """The word and color shown for it."""
        return STATUS_WORDS[self.sheet.status if self.sheet else None]


def list_desk(viewer: User) -> list[DeskLine]:
    """Every seat of the viewer with how far it is, newest cohort first; the same few statements for any number."""
    seats = list(
        db.session.scalars(
            select(PanelMember)
            .join(PanelMember.rfp)
            .options(contains_eager(PanelMember.rfp))
            .where(PanelMember.user_id == viewer.id)
            .order_by(PanelMember.seated_at.desc())
        )
    )
    return desk_lines(seats)


def desk_lines(seats: list[PanelMember]) -> list[DeskLine]:
    """How far each of these seats is, in three statements."""
    ids = [seat.id for seat in seats]
    opened = [seat.rfp_id for seat in seats if seat.rfp.opened_at]
    counted = db.session.execute(
        select(Proposal.rfp_id, func.count())
        .where(Proposal.rfp_id.in_(opened), Proposal.status == ProposalStatus.SUBMITTED)
        .group_by(Proposal.rfp_id)
    )
    sizes = dict(counted.all())
    answers = answer_counts(ids)
    sheets = sheet_counts(ids)
    return [_line(seat, sizes.get(seat.rfp_id, 0), answers, sheets) for seat in seats]


def desk_line(seat: PanelMember) -> DeskLine:
    """How far one seat is."""
    return desk_lines([seat])[0]


def _line(
    seat: PanelMember,
    proposals: int,
    answers: Counter[tuple[UUID, ConflictAnswer]],
    sheets: Counter[tuple[UUID, SheetStatus]],
) -> DeskLine:
    declared = sum(answers[seat.id, answer] for answer in ConflictAnswer)
    return DeskLine(
        seat=seat,
        undeclared=proposals - declared,
        unsure=answers[seat.id, ConflictAnswer.UNSURE],
        assigned=answers[seat.id, ConflictAnswer.NONE],
        draft=sheets[seat.id, SheetStatus.DRAFT],
        final=sheets[seat.id, SheetStatus.FINAL],
        signed=sheets[seat.id, SheetStatus.SIGNED],
    )


def answer_counts(member_ids: list[UUID]) -> Counter[tuple[UUID, ConflictAnswer]]:
    """How many proposals each member declared what about; the newest declaration counts. None that was withdrawn."""
    from_newest = _newest_answers(member_ids)
    rows = db.session.execute(
        select(from_newest.c.member_id, from_newest.c.answer, func.count()).group_by(
            from_newest.c.member_id, from_newest.c.answer
        )
    )
    return Counter({(member, ConflictAnswer(answer)): number for member, answer, number in rows})


def sheet_counts(member_ids: list[UUID]) -> Counter[tuple[UUID, SheetStatus]]:
    """How many sheets each member has in which status; none of a proposal that was withdrawn."""
    rows = db.session.execute(
        select(ScoreSheet.member_id, ScoreSheet.status, func.count())
        .join(Proposal, ScoreSheet.proposal_id == Proposal.id)
        .where(ScoreSheet.member_id.in_(member_ids), Proposal.status == ProposalStatus.SUBMITTED)
        .group_by(ScoreSheet.member_id, ScoreSheet.status)
    )
    return Counter({(member, status): number for member, status, number in rows})


def _newest_answers(member_ids: list[UUID]) -> Subquery:
    return (
        select(ConflictDeclaration.member_id, ConflictDeclaration.answer)
        .join(Proposal, ConflictDeclaration.proposal_id == Proposal.id)
        .where(ConflictDeclaration.member_id.in_(member_ids), Proposal.status == ProposalStatus.SUBMITTED)
        .ext(distinct_on(ConflictDeclaration.member_id, ConflictDeclaration.proposal_id))
        .order_by(ConflictDeclaration.member_id, ConflictDeclaration.proposal_id, ConflictDeclaration.number.desc())
        .subquery()
    )


def list_own_work(member: PanelMember, criteria: list[Criterion]) -> list[OwnWork]:
    """The proposals this member may score, in the member's own order, with the member's own points."""
    sheets = {
        sheet.proposal_id: sheet
        for sheet in db.session.scalars(select(ScoreSheet).where(ScoreSheet.member_id == member.id))
    }
    points: dict[UUID, dict[UUID, int]] = {}
    for sheet_id, criterion_id, given in db.session.execute(
        select(Score.sheet_id, Score.criterion_id, Score.points)
        .join(Score.sheet)
        .where(ScoreSheet.member_id == member.id)
    ):
        if given is not None:
            points.setdefault(sheet_id, {})[criterion_id] = given
    weights = {criterion.id: criterion.weight for criterion in criteria}
    assigned = [
        proposal
        for proposal, declared in list_declaration_rows(member)
        if declared is not None and declared.answer is ConflictAnswer.NONE
    ]
    assigned.sort(key=lambda proposal: policy.reading_order(member.id, proposal.id))
    return [_own_work(proposal, sheets.get(proposal.id), points, weights) for proposal in assigned]


def _own_work(
    proposal: Proposal, sheet: ScoreSheet | None, points: dict[UUID, dict[UUID, int]], weights: dict[UUID, int]
) -> OwnWork:
    given = points.get(sheet.id, {}) if sheet else {}
    total, out_of = policy.running_total(weights, given)
    return OwnWork(proposal, sheet, given, total, out_of)


def own_place(works: list[OwnWork], proposal: Proposal) -> int:
    """Where a proposal stands in the evaluator's own order, from 0."""
    return next(at for at, work in enumerate(works) if work.proposal.id == proposal.id)
