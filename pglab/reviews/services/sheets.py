"""Score sheets: saved as often as one likes, marked final, changed again until signed, then fixed for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews import policy, queries
from pglab.reviews.models import PanelMember, Score, ScoreSheet
from pglab.reviews.services.stage import lock_scoring
from pglab.reviews.states import SHEET_WORKFLOW, ConflictAnswer, SheetEvent, SheetStatus
from pglab.rfps.models import Criterion
from pglab.rfps.queries import list_criteria


@dataclass(frozen=True)
class Given:
    """What the evaluator gave for one criterion: points 0 to 5 or none yet, and why."""

    points: int | None
    explanation: str = ""


class ChangedMeanwhileError(StateError):
    """The sheet was saved on another screen since this one was opened; both texts are shown, nothing is lost."""


def save_scores(
    member: PanelMember, proposal: Proposal, given: Mapping[UUID, Given], *, version: int, actor: User
) -> ScoreSheet:
    """Keep the evaluator's points and explanations as a draft; the database keeps every earlier value.

    `version` is that of the sheet on the screen, 0 before the first save; 409 when it has moved on, unless the same
    was saved already (a form sent twice). A final sheet has to be changed again first; a signed one stays as it is.
    """
    sheet = _lock_sheet(member, proposal, actor)
    if version != (sheet.version if sheet else 0):
        if sheet and given == {score.criterion_id: Given(score.points, score.explanation) for score in sheet.scores}:
            return sheet
        raise ChangedMeanwhileError("You saved this sheet on another screen since you opened it here.")
    if sheet is None:
        sheet = ScoreSheet(member=member, proposal=proposal, status=SheetStatus.DRAFT, version=0)
        db.session.add(sheet)
        db.session.flush()
    if sheet.status is not SheetStatus.DRAFT:
        raise StateError(f"This sheet is {sheet.status.value}. Choose “Change again” before you change scores.")
    _write(sheet, given)
    sheet.version += 1
    record("sheet.saved", sheet, actor=actor, after={"version": sheet.version})
    db.session.flush()
    return sheet


def _lock_sheet(member: PanelMember, proposal: Proposal, actor: User) -> ScoreSheet | None:
    """The sheet, held, after checking that this evaluator may score this proposal right now."""
    require(actor.id == member.user_id, "Scores are given by the evaluator themselves.")
    lock_scoring(member.rfp)
    queries.find_seat(member.rfp, member.user, lock=True)
    if proposal.status is not ProposalStatus.SUBMITTED:
        raise GoneError("The startup withdrew this proposal. It is no longer scored.")
    require(
        queries.latest_answer(member, proposal) is ConflictAnswer.NONE,
        "You can score a proposal once you have declared that there is no conflict.",
    )
    return queries.find_sheet(member, proposal, lock=True)


def _write(sheet: ScoreSheet, given: Mapping[UUID, Given]) -> None:
    """Put points and words on the sheet; rows appear with the first of either, unchanged ones are left alone."""
    kept = queries.scores_by_criterion(sheet)
    for criterion_id, row in given.items():
        criterion = db.session.get(Criterion, criterion_id)
        if criterion is None or criterion.rfp_id != sheet.proposal.rfp_id:
            raise RuleError("This criterion is not part of the rubric.")
        if row.points is not None and not 0 <= row.points <= policy.SCALE:
            raise RuleError(f"Points go from 0 to {policy.SCALE}.")
        score = kept.get(criterion_id)
        if score is not None:
            score.points, score.explanation = row.points, row.explanation
        elif row.points is not None or row.explanation:
            sheet.scores.append(Score(criterion_id=criterion_id, points=row.points, explanation=row.explanation))


def mark_final(member: PanelMember, proposal: Proposal, *, actor: User) -> ScoreSheet:
    """The evaluator is done with a proposal: every criterion is scored and explained. It can change until signed."""
    sheet = _existing_sheet(member, proposal, actor)
    missing = policy.missing_parts(list_criteria(proposal.rfp_id), queries.scores_by_criterion(sheet))
    if missing:
        field, message = missing[0]
        raise RuleError(message, field)
    _move(sheet, SheetEvent.FINALIZE, "sheet.final", actor)
    return sheet


def change_again(member: PanelMember, proposal: Proposal, *, actor: User) -> ScoreSheet:
    """Take a final sheet back into work; not possible once it is signed."""
    sheet = _existing_sheet(member, proposal, actor)
    _move(sheet, SheetEvent.CHANGE_AGAIN, "sheet.changed_again", actor)
    return sheet


def _existing_sheet(member: PanelMember, proposal: Proposal, actor: User) -> ScoreSheet:
    sheet = _lock_sheet(member, proposal, actor)
    if sheet is None:
        raise StateError("You haven’t scored this proposal yet.")
    return sheet


def _move(sheet: ScoreSheet, event: SheetEvent, action: str, actor: User) -> None:
    SHEET_WORKFLOW.fire(sheet, event)
    sheet.version += 1
    record(action, sheet, actor=actor, after={"version": sheet.version})


def sign_sheets(member: PanelMember, *, actor: User) -> list[ScoreSheet]:
    """Sign all final sheets of this evaluator: from then on they count and nobody can change them.

    Drafts stay drafts and may be signed later, until the panel stage opens. Effects: one log entry for each sheet.
    """
    require(actor.id == member.user_id, "Scores are signed by the evaluator themselves.")
    lock_scoring(member.rfp)
    queries.find_seat(member.rfp, member.user, lock=True)
    sheets = list(
        db.session.scalars(
            select(ScoreSheet)
            .join(ScoreSheet.proposal)
            .where(
                ScoreSheet.member_id == member.id,
                ScoreSheet.status == SheetStatus.FINAL,
                Proposal.status == ProposalStatus.SUBMITTED,
            )
            .with_for_update(of=ScoreSheet)
            .execution_options(populate_existing=True)
        )
    )
    if not sheets:
        raise StateError("You have no final scores to sign.")
    now = official_now()
    for sheet in sheets:
        sheet.signed_at = now
        _move(sheet, SheetEvent.SIGN, "sheet.signed", actor)
    return sheets
