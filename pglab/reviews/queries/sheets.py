"""An evaluator's own sheets, and the gate every page about a proposal goes through."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from pglab.accounts.models import Organization, User
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, GoneError, NotFoundError
from pglab.proposals import queries as proposal_queries
from pglab.proposals.models import Proposal, Submission
from pglab.reviews.models import ConflictDeclaration, PanelMember, Score, ScoreSheet
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.models import Rfp
from pglab.web.filters import et_long

NO_SUCH = "There is no proposal with this reference that you may see."


def get_assignment(reference: str, *, viewer: User) -> tuple[PanelMember, Submission]:
    """The viewer's seat and the opened submission, once the viewer has declared that there is no conflict.

    Asked on every request: to people without a seat the proposal does not exist, before a declaration and after a
    conflict it stays shut, without a live reading grant there is nothing to read, and what the startup withdrew is read
    by the program only.
    """
    asked = {"reference": reference.upper(), "viewer_id": viewer.id}
    found = db.session.execute(_seat_and_answer(), asked).one_or_none()
    if found is None:
        raise NotFoundError(NO_SUCH)
    seat, answer, name, withdrawn_at = found
    _refuse_unless_clear(answer, name)
    if withdrawn_at is not None:
        raise GoneError(f"{name} withdrew this proposal on {et_long(withdrawn_at)}. It is no longer scored.")
    return seat, proposal_queries.get_readable_submission(reference, viewer=viewer)


@cache
def _seat_and_answer() -> Select[PanelMember, ConflictAnswer | None, str, datetime | None]:
    newest = (
        select(ConflictDeclaration.answer)
        .where(ConflictDeclaration.proposal_id == Proposal.id, ConflictDeclaration.member_id == PanelMember.id)
        .order_by(ConflictDeclaration.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(PanelMember, newest, Organization.legal_name, Proposal.withdrawn_at)
        .join(PanelMember.rfp)
        .join(Proposal, Proposal.rfp_id == Rfp.id)
        .join(Proposal.organization)
        .options(contains_eager(PanelMember.rfp))
        .where(
            Proposal.reference == bindparam("reference"),
            Proposal.submission_number > 0,
            Rfp.opened_at.is_not(None),
            PanelMember.user_id == bindparam("viewer_id"),
        )
    )


def _refuse_unless_clear(answer: ConflictAnswer | None, name: str) -> None:
    if answer is None:
        raise AccessDeniedError("Declare your conflicts of interest first. You can read this proposal after that.")
    if answer is ConflictAnswer.CONFLICT:
        raise AccessDeniedError(
            f"You can’t open {name} because of a conflict of interest. If that’s wrong, contact a program manager."
        )
    if answer is ConflictAnswer.UNSURE:
        raise AccessDeniedError(f"You weren’t sure about {name}. A program manager decides first.")


def find_sheet(member: PanelMember, proposal: Proposal, *, lock: bool = False) -> ScoreSheet | None:
    """The member's sheet on a proposal with its scores, as they are now; none before the first save."""
    query = select(ScoreSheet).where(ScoreSheet.member_id == member.id, ScoreSheet.proposal_id == proposal.id)
    query = query.options(joinedload(ScoreSheet.scores)).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update(of=ScoreSheet)
    return db.session.scalars(query).unique().one_or_none()


def scores_by_criterion(sheet: ScoreSheet | None) -> dict[UUID, Score]:
    """What a sheet holds, by criterion."""
    return {score.criterion_id: score for score in sheet.scores} if sheet else {}
