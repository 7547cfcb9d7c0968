"""What was sent: submissions and late tries, for those who were already allowed to see the proposal."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import Membership, User
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.documents.models import Document
from pglab.proposals.models import (
    Proposal,
    Refusal,
    Submission,
    SubmittedDocument,
    SubmittedMark,
    Withdrawal,
)
from pglab.rfps.models import DocumentSlot, Rfp
from pglab.web.filters import et_date

# A late try is shown what did not work on our side in so long a time before it.
OUTAGE_MATTERS_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class SubmittedView:
    """A submission as its readers see it: frozen answers and files, and by slot what is marked as confidential."""

    submission: Submission
    manifest: dict[str, Any]
    files: list[SubmittedDocument]
    marks: dict[UUID, SubmittedMark] = field(default_factory=dict)

    def said_of(self, file: SubmittedDocument) -> dict[str, Any]:
        """The file as the signed receipt tells it."""
        told = [each for each in self.manifest["files"] if each["sha256"] == file.document.sha256]
        own = next((each for each in told if each["slot"] == file.slot.title), told[0])
        return dict(own)

    @property
    def declarations(self) -> list[dict[str, Any]]:
        """What was declared, by whom and when. Receipts of the first format tell the sentences alone: they were made
        by pressing Submit."""
        made = {"made_by": self.manifest["submitted_by"], "made_at": self.manifest["received_at"]}
        told = [each if isinstance(each, dict) else {"text": each, **made} for each in self.manifest["declarations"]]
        return [{**each, "made_at": datetime.fromisoformat(each["made_at"])} for each in told]

    @property
    def addenda(self) -> list[dict[str, Any]]:
        """Which addenda were acknowledged, by whom and when."""
        read = self.manifest["addenda"]
        return [{**each, "acknowledged_at": datetime.fromisoformat(each["acknowledged_at"])} for each in read]


def get_submission(proposal: Proposal, number: int) -> Submission:
    """One submission of a proposal the viewer has already been allowed to see."""
    submission = db.session.scalar(
        select(Submission).where(Submission.proposal_id == proposal.id, Submission.number == number)
    )
    if submission is None:
        raise NotFoundError(f"{proposal.reference} has no submission {number}.")
    return submission


def list_submissions(proposal: Proposal) -> list[Submission]:
    """All submissions of one proposal, newest first."""
    return list(
        db.session.scalars(
            select(Submission).where(Submission.proposal_id == proposal.id).order_by(Submission.number.desc())
        )
    )


def find_standing_submission(proposal: Proposal) -> Submission | None:
    """The submission that counts; None while nothing was submitted."""
    return get_submission(proposal, proposal.submission_number) if proposal.submission_number else None


def get_refusal(proposal: Proposal, refusal_id: UUID) -> Refusal:
    """One late try of a proposal the viewer has already been allowed to see."""
    refusal = db.session.scalar(select(Refusal).where(Refusal.proposal_id == proposal.id, Refusal.id == refusal_id))
    if refusal is None:
        raise NotFoundError("There is no such refusal.")
    return refusal


def list_refusals(proposal: Proposal) -> list[Refusal]:
    """The late tries of one proposal, newest first."""
    return list(
        db.session.scalars(
            select(Refusal).where(Refusal.proposal_id == proposal.id).order_by(Refusal.received_at.desc())
        )
    )


def list_withdrawals(proposal: Proposal) -> list[Withdrawal]:
    """When a proposal was taken back and when that was undone, newest first."""
    return list(
        db.session.scalars(
            select(Withdrawal).where(Withdrawal.proposal_id == proposal.id).order_by(Withdrawal.number.desc())
        )
    )


def read_submission(submission: Submission) -> SubmittedView:
    """The frozen content of a submission the viewer has already been allowed to read."""
    marked = (SubmittedMark.submission_id == SubmittedDocument.submission_id) & (
        SubmittedMark.slot_id == SubmittedDocument.slot_id
    )
    found = db.session.execute(
        select(SubmittedDocument, SubmittedMark)
        .join(SubmittedDocument.slot)
        .outerjoin(SubmittedMark, marked)
        .where(SubmittedDocument.submission_id == submission.id)
        .order_by(DocumentSlot.position)
        .options(contains_eager(SubmittedDocument.slot))
    ).all()
    return SubmittedView(
        submission,
        json.loads(submission.manifest),
        files=[file for file, _ in found],
        marks={mark.slot_id: mark for _, mark in found if mark},
    )


def get_submitted_file(submission: Submission, slug: str) -> Document:
    """The file a submission holds in one slot."""
    for file in read_submission(submission).files:
        if file.slot.slug == slug:
            return file.document
    raise NotFoundError("There is no such file.")


def get_submitted_redacted(submission: Submission, slug: str) -> Document:
    """The redacted copy that a submission holds of the file in one slot."""
    view = read_submission(submission)
    for file in view.files:
        mark = view.marks.get(file.slot_id)
        if file.slot.slug == slug and mark and mark.redacted_document:
            return mark.redacted_document
    raise NotFoundError("There is no such file.")


def next_steps(rfp: Rfp) -> list[tuple[str, str]]:
    """What happens to a proposal after it was submitted: by when, and what."""
    return [
        (
            f"After {et_date(rfp.closes_at)}",
            "Two people open all proposals together. Evaluators who declare no conflict score them.",
        ),
        (f"By {et_date(rfp.scores_due_at)}", "Scores are due."),
        *([(f"On {et_date(rfp.pitch_on)}", "The startups that the panel invites pitch.")] if rfp.pitch_on else []),
        *(
            [(f"By {et_date(rfp.feasibility_on)}", "Host departments say what a pilot would take.")]
            if rfp.feasibility_on
            else []
        ),
        (f"On or after {et_date(rfp.decision_on)}", "We email you when your decision is ready."),
    ]


def list_applicants(rfp_id: UUID) -> list[tuple[User, Proposal]]:
    """Everybody in a team with a draft or a submission in this call, once, with the first of its proposals. For the
    worker: nobody else may learn who applies."""
    query = (
        select(User, Proposal)
        .join(Membership, Membership.user_id == User.id)
        .join(Proposal, Proposal.organization_id == Membership.organization_id)
        .where(Proposal.rfp_id == rfp_id, User.active)
        .order_by(User.id, Proposal.started_at, Proposal.id)
        .ext(distinct_on(User.id))
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]
