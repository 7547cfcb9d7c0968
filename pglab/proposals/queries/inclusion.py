"""That a submission is in the opened set, shown to its own team by hashes alone and to everyone as a list of them."""

from dataclasses import dataclass

from sqlalchemy import func, select

from pglab.core.canonical import inclusion_path
from pglab.core.db import db
from pglab.proposals.models import Opening, OpeningLeaf, Submission
from pglab.rfps.models import Rfp


@dataclass(frozen=True)
class Inclusion:
    """Where a submission stands in the opened set, and the hashes that lead from it to the published root."""

    rfp: str
    root: str
    position: int
    size: int
    path: list[str]


def list_opened_leaves(rfp: Rfp) -> list[str]:
    """The hashes of an opened set in their order; none before the opening. Whose they are is not in it."""
    return list(db.session.scalars(select(func.opened_leaves(rfp.id))))


def find_inclusion(submission: Submission) -> Inclusion | None:
    """The proof that this submission is in the opened set; none before the opening, or when it was not part of it."""
    rfp = submission.proposal.rfp
    position = db.session.scalar(
        select(OpeningLeaf.position)
        .join(Opening, OpeningLeaf.opening_id == Opening.id)
        .where(OpeningLeaf.submission_id == submission.id, Opening.opened_at.is_not(None))
    )
    if position is None or rfp.opening_root is None:
        return None
    leaves = [bytes.fromhex(leaf) for leaf in list_opened_leaves(rfp)]
    path = [each.hex() for each in inclusion_path(leaves, position)]
    return Inclusion(rfp.reference, rfp.opening_root, position, len(leaves), path)
