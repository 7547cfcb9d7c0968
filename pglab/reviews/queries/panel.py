"""How far the panel is. No scores: counts of sheets only."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from pglab.core.db import db
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews.models import ScoreSheet
from pglab.reviews.queries.desk import DeskLine, desk_lines
from pglab.reviews.queries.seats import list_members
from pglab.reviews.states import SheetStatus
from pglab.rfps.models import Rfp


@dataclass(frozen=True)
class PanelCounts:
    """What is still missing on the panel: sheets not signed, declarations not made, “not sure” not decided."""

    unsigned: int
    undeclared: int
    unsure: int
    people: int

    @property
    def anything(self) -> bool:
        return bool(self.unsigned or self.undeclared or self.unsure)


def list_progress(rfp: Rfp) -> list[DeskLine]:
    """Every seat with its counts, in the order the seats were given."""
    return desk_lines(list_members(rfp))


def count_missing(lines: list[DeskLine]) -> PanelCounts:
    """What the panel still owes, added up."""
    behind = [line for line in lines if line.assigned > line.signed or line.undeclared or line.unsure]
    return PanelCounts(
        unsigned=sum(line.assigned - line.signed for line in lines),
        undeclared=sum(line.undeclared for line in lines),
        unsure=sum(line.unsure for line in lines),
        people=len(behind),
    )


def list_unscored(rfp: Rfp) -> list[Proposal]:
    """The opened proposals, not withdrawn since, that no signed sheet counts for."""
    signed = exists().where(ScoreSheet.proposal_id == Proposal.id, ScoreSheet.status == SheetStatus.SIGNED)
    return list(
        db.session.scalars(
            select(Proposal)
            .where(Proposal.rfp_id == rfp.id, Proposal.status == ProposalStatus.SUBMITTED, ~signed)
            .order_by(Proposal.reference)
        )
    )
