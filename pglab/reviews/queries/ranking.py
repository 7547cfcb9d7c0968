"""The official ranking, computed from the signed sheets each time it is asked for; nothing of it is stored here."""

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.proposals.models import Proposal
from pglab.reviews import policy
from pglab.reviews.models import PanelMember, Score, ScoreSheet
from pglab.reviews.queries.declarations import list_panel_proposals
from pglab.reviews.states import SheetStatus
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.queries import list_criteria


@dataclass(frozen=True)
class RankedProposal:
    """One line of the official ranking. `score`, `place` and means are missing (None, "") without signed sheets.

    `means` follows the rubric; `disagreements` names the criteria on which the panel is 30 % of the scale apart.
    """

    place: str
    position: int | None
    proposal: Proposal
    score: Fraction | None
    sheets: int
    means: tuple[Fraction | None, ...]
    disagreements: tuple[str, ...]

    @property
    def shown_score(self) -> str:
        """The score as it is printed, rounded once."""
        return "" if self.score is None else policy.one_decimal(self.score)


def official_ranking(rfp: Rfp) -> list[RankedProposal]:
    """The opened proposals in the official order, from the panel stage on; before it nothing is ranked.

    The same few statements for any number of proposals and sheets. Void sheets (recusals) and unsigned ones do not
    count on either side of the mean.
    """
    if rfp.panel_opened_at is None:
        return []
    criteria = list_criteria(rfp.id)
    proposals = {proposal.id: proposal for proposal in list_panel_proposals(rfp)}
    by_reference = sorted(proposals, key=lambda key: proposals[key].reference)
    ranked = policy.rank_proposals(_weights(criteria), _signed_sheets(rfp), by_reference)
    return [_ranked_proposal(line, proposals[line.proposal_id], criteria) for line in ranked]


def _ranked_proposal(line: policy.Ranked, proposal: Proposal, criteria: list[Criterion]) -> RankedProposal:
    return RankedProposal(
        place=line.place,
        position=line.position,
        proposal=proposal,
        score=line.score,
        sheets=line.sheets,
        means=line.means,
        disagreements=tuple(c.title for c, wide in zip(criteria, line.wide, strict=True) if wide),
    )


def _weights(criteria: list[Criterion]) -> dict[UUID, int]:
    return {criterion.id: criterion.weight for criterion in criteria}


def _signed_sheets(rfp: Rfp) -> dict[UUID, list[dict[UUID, int]]]:
    """The points of every signed sheet, by proposal; plain tuples, so that hundreds of sheets cost little."""
    rows = db.session.execute(
        select(ScoreSheet.proposal_id, ScoreSheet.id, Score.criterion_id, Score.points)
        .join(Score, Score.sheet_id == ScoreSheet.id)
        .join(PanelMember, ScoreSheet.member_id == PanelMember.id)
        .where(PanelMember.rfp_id == rfp.id, ScoreSheet.status == SheetStatus.SIGNED)
    )
    sheets: dict[UUID, dict[UUID, dict[UUID, int]]] = {}
    for proposal_id, sheet_id, criterion_id, points in rows:
        of_sheet = sheets.setdefault(proposal_id, {}).setdefault(sheet_id, {})
        if points is not None:
            of_sheet[criterion_id] = points
    return {proposal_id: list(of_proposal.values()) for proposal_id, of_proposal in sheets.items()}


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
