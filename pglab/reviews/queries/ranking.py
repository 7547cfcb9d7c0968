"""The official ranking, computed from the signed sheets each time it is asked for; nothing of it is stored here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pglab.accounts.models import Organization, User
from pglab.cohorts.models import ChallengeArea
from pglab.core.db import db
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews import policy
from pglab.reviews.models import PanelMember, Score, ScoreSheet
from pglab.reviews.states import SheetStatus
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.queries import list_criteria


@dataclass(frozen=True)
class RankedProposal(policy.Ranked):
    """One line of the official ranking, with what the proposal is called."""

    reference: str
    startup: str
    challenge: str

    @property
    def shown_score(self) -> str:
        """The score as it is printed, rounded once."""
        return "" if self.score is None else policy.one_decimal(self.score)


def official_ranking(rfp: Rfp, criteria: Sequence[Criterion]) -> list[RankedProposal]:
    """The opened proposals in the official order, from the panel stage on; before it nothing is ranked.

    One statement for any number of proposals and sheets. Void sheets (recusals) and unsigned ones do not count on
    either side of the mean.
    """
    if rfp.panel_opened_at is None:
        return []
    rows = {row.id: row for row in db.session.execute(_proposals_with_points(rfp))}
    weights = {criterion.position: criterion.weight for criterion in criteria}
    sheets = {key: [dict(zip(weights, points, strict=True)) for points in row.sheets] for key, row in rows.items()}
    return [
        RankedProposal(**vars(line), reference=row.reference, startup=row.legal_name, challenge=row.title)
        for line in policy.rank_proposals(weights, sheets, list(rows))
        for row in (rows[line.proposal_id],)
    ]


def _proposals_with_points(rfp: Rfp) -> Select[UUID, str, str, str, Any]:
    """Every proposal that was not withdrawn by reference, with its signed `sheets`: the points of each, in rubric
    order."""
    signed = (
        select(
            ScoreSheet.proposal_id, func.array_agg(aggregate_order_by(Score.points, Criterion.position)).label("points")
        )
        .join(Score, Score.sheet_id == ScoreSheet.id)
        .join(Criterion, Score.criterion_id == Criterion.id)
        .join(PanelMember, ScoreSheet.member_id == PanelMember.id)
        .where(PanelMember.rfp_id == rfp.id, ScoreSheet.status == SheetStatus.SIGNED)
        .group_by(ScoreSheet.id)
        .subquery()
    )
    sheets = select(signed.c.proposal_id, func.jsonb_agg(signed.c.points).label("sheets"))
    judged = sheets.group_by(signed.c.proposal_id).subquery()
    return (
        select(
            Proposal.id,
            Proposal.reference,
            Organization.legal_name,
            ChallengeArea.title,
            func.coalesce(judged.c.sheets, text("'[]'::jsonb")).label("sheets"),
        )
        .join(Proposal.organization)
        .join(Proposal.challenge_area)
        .outerjoin(judged, judged.c.proposal_id == Proposal.id)
        .where(Proposal.rfp_id == rfp.id, Proposal.status == ProposalStatus.SUBMITTED)
        .order_by(Proposal.reference)
    )


def criterion_means(proposal: Proposal) -> list[tuple[Criterion, Fraction]]:
    """The mean points (0 to 5) of one proposal's signed sheets for each criterion, in rubric order."""
    rows = db.session.execute(
        select(Score.criterion_id, Score.points)
        .join(Score.sheet)
        .where(ScoreSheet.proposal_id == proposal.id, ScoreSheet.status == SheetStatus.SIGNED)
    )
    points: dict[UUID, list[int]] = {}
    for criterion_id, given in rows:
        if given is not None:
            points.setdefault(criterion_id, []).append(given)
    return [
        (criterion, Fraction(sum(points[criterion.id]), len(points[criterion.id])))
        for criterion in list_criteria(proposal.rfp_id)
        if criterion.id in points
    ]


def list_explanations(rfp: Rfp) -> dict[UUID, list[tuple[str, int, str]]]:
    """What the panel wrote, by proposal: (criterion, points, explanation) without names, for the debrief's author."""
    rows = db.session.execute(
        select(ScoreSheet.proposal_id, Criterion.title, Score.points, Score.explanation)
        .join(Score, Score.sheet_id == ScoreSheet.id)
        .join(Criterion, Score.criterion_id == Criterion.id)
        .join(PanelMember, ScoreSheet.member_id == PanelMember.id)
        .where(PanelMember.rfp_id == rfp.id, ScoreSheet.status == SheetStatus.SIGNED)
        .order_by(Criterion.position, Score.points.desc(), Score.explanation)
    )
    written: dict[UUID, list[tuple[str, int, str]]] = {}
    for proposal_id, title, points, explanation in rows:
        written.setdefault(proposal_id, []).append((title, points or 0, explanation))
    return written


def list_panel_names(rfp: Rfp) -> list[str]:
    """The names of everyone who holds a seat: what a debrief must not contain."""
    return list(
        db.session.scalars(
            select(User.name).join(PanelMember, PanelMember.user_id == User.id).where(PanelMember.rfp_id == rfp.id)
        )
    )
