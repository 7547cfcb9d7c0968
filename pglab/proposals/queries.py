"""Reading proposals. Sealing is here: whoever may not see a proposal gets the answer of one that does not exist."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, joinedload

from pglab.accounts.models import Membership, Organization, User
from pglab.addenda.models import Addendum
from pglab.cohorts.models import ChallengeArea
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, NotFoundError
from pglab.core.text import count_words
from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.proposals import policy
from pglab.proposals.models import (
    AddendumAcknowledgement,
    Answer,
    Attachment,
    Opening,
    Proposal,
    ReaderGrant,
    Refusal,
    Submission,
    SubmittedDocument,
)
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import DocumentSlot, FormSection, Rfp

NO_SUCH = "There is no proposal with this reference that you may see."


# Reference, startup, challenge and time of arrival: a list of them needs no more.
Standing = Row[str, str, str, datetime]


@dataclass(frozen=True)
class Problem:
    """One thing to fix before submitting: what, and in which section or document slot."""

    message: str
    section: str | None = None
    slot: str | None = None
    addendum: int | None = None


@dataclass(frozen=True)
class ToAcknowledge:
    """One addendum that startups say they have read, and where this one said so."""

    addendum: Addendum
    given: AddendumAcknowledgement | None


@dataclass(frozen=True)
class Draft:
    """All that a draft is asked and holds, read once: sections and slots in order, answers, files, addenda."""

    sections: list[FormSection]
    slots: list[DocumentSlot]
    answers: dict[UUID, Answer]
    attachments: list[Attachment]
    addenda: list[ToAcknowledge]

    @property
    def texts(self) -> dict[UUID, str]:
        """The answers as text, by question."""
        return {key: answer.text for key, answer in self.answers.items()}

    @property
    def asked(self) -> set[UUID]:
        """The questions that are asked, given the answers so far. Other answers are kept, not judged, not submitted."""
        return rfp_queries.asked_questions(self.sections, self.texts)

    @property
    def documents(self) -> dict[UUID, Document]:
        """The files by slot."""
        return {attachment.slot_id: attachment.document for attachment in self.attachments}


@dataclass(frozen=True)
class SectionState:
    """How far one task of the form is: `status` is one of the fixed words of the task list."""

    section: FormSection
    status: str
    last_edit: Answer | None


@dataclass(frozen=True)
class SubmittedView:
    """A submission as its readers see it: frozen answers and files."""

    submission: Submission
    manifest: dict[str, Any]
    files: list[SubmittedDocument]


def get_proposal(reference: str, *, viewer: User) -> Proposal:
    """A proposal for its own organization; for everyone else it does not exist."""
    proposal = db.session.scalar(select(Proposal).where(Proposal.reference == reference.upper()))
    if proposal is None or not policy.may_see(viewer, proposal):
        raise NotFoundError(NO_SUCH)
    return proposal


def list_own_proposals(viewer: User) -> list[Proposal]:
    """The proposals of all organizations the viewer belongs to, newest first."""
    mine = select(Membership.organization_id).where(Membership.user_id == viewer.id)
    return list(
        db.session.scalars(
            select(Proposal).where(Proposal.organization_id.in_(mine)).order_by(Proposal.started_at.desc())
        )
    )


def answers_by_question(proposal: Proposal) -> dict[UUID, Answer]:
    """The draft's answers, by question."""
    found = db.session.scalars(
        select(Answer).where(Answer.proposal_id == proposal.id).options(joinedload(Answer.edited_by))
    )
    return {answer.question_id: answer for answer in found}


def list_attachments(proposal: Proposal) -> list[Attachment]:
    """The draft's files in the order of their slots."""
    return list(db.session.scalars(_attachments(), {"proposal_id": proposal.id}))


@cache
def _attachments() -> Select[Attachment]:
    return (
        select(Attachment)
        .join(Attachment.slot)
        .join(Attachment.document)
        .options(contains_eager(Attachment.slot), contains_eager(Attachment.document))
        .where(Attachment.proposal_id == bindparam("proposal_id"))
        .order_by(DocumentSlot.position)
    )


def list_problems(proposal: Proposal) -> list[Problem]:
    """Everything that keeps the draft from being submitted, in the order of the form. Empty when it is complete."""
    return problems_of(get_draft(proposal))


def get_draft(proposal: Proposal) -> Draft:
    """What the draft is asked and holds now, in a handful of statements."""
    return Draft(
        sections=rfp_queries.list_form_sections(proposal.rfp_id),
        slots=rfp_queries.list_slots(proposal.rfp_id),
        answers=answers_by_question(proposal),
        attachments=list_attachments(proposal),
        addenda=list_acknowledgements(proposal),
    )


def list_acknowledgements(proposal: Proposal) -> list[ToAcknowledge]:
    """The addenda that ask to be acknowledged, in order, each with what this startup said."""
    found = db.session.execute(_acknowledgements(), {"proposal_id": proposal.id, "rfp_id": proposal.rfp_id})
    return [ToAcknowledge(addendum, given) for addendum, given in found]


@cache
def _acknowledgements() -> Select[Addendum, AddendumAcknowledgement]:
    own = (AddendumAcknowledgement.addendum_id == Addendum.id) & (
        AddendumAcknowledgement.proposal_id == bindparam("proposal_id")
    )
    return (
        select(Addendum, AddendumAcknowledgement)
        .outerjoin(AddendumAcknowledgement, own)
        .options(joinedload(AddendumAcknowledgement.acknowledged_by))
        .where(Addendum.rfp_id == bindparam("rfp_id"), Addendum.number.is_not(None), Addendum.needs_acknowledgement)
        .order_by(Addendum.number)
    )


def problems_of(draft: Draft) -> list[Problem]:
    """Everything that keeps this draft from being submitted: addenda nobody read, then the form in its order."""
    texts, asked = draft.texts, draft.asked
    problems = [
        Problem(f"Read and acknowledge {each.addendum.name}", addendum=each.addendum.number)
        for each in draft.addenda
        if each.given is None
    ]
    problems += [problem for section in draft.sections for problem in section_problems(section, texts, asked)]
    attached = draft.documents
    for slot in draft.slots:
        if slot.id in attached and attached[slot.id].verdict is ScanVerdict.INFECTED:
            problems.append(Problem(f"The {slot.title.lower()} contains a virus. Upload a clean copy", slot=slot.slug))
        elif slot.required and slot.id not in attached:
            problems.append(Problem(f"Select a file for {slot.title.lower()}", slot=slot.slug))
    return problems


def section_problems(section: FormSection, texts: dict[UUID, str], asked: set[UUID]) -> list[Problem]:
    """What is missing or too long in one section, of what is asked."""
    problems = []
    for question in section.questions:
        text = texts.get(question.id, "")
        words = count_words(text)
        if question.id not in asked:
            continue
        if question.required and not text:
            verb = "Select" if question.answers else "Enter"
            problems.append(Problem(f"{verb} {question.name}", section=section.slug))
        elif question.word_limit is not None and words > question.word_limit:
            problems.append(Problem(too_long(question.name, question.word_limit, words), section=section.slug))
    return problems


def too_long(name: str, limit: int, words: int) -> str:
    """The sentence for an answer over its word limit."""
    return f"{name[:1].upper()}{name[1:]} must be {limit} words or fewer. It is {words} words."


def section_states(draft: Draft) -> list[SectionState]:
    """The tasks of the form with their status in words, computed from what is stored. A section of which nothing is
    asked is no task."""
    answers, asked = draft.answers, draft.asked
    states = []
    for section in draft.sections:
        questions = [question for question in section.questions if question.id in asked]
        own = [answers[question.id] for question in questions if question.id in answers]
        filled = [answer for answer in own if answer.text]
        problems = section_problems(section, {answer.question_id: answer.text for answer in own}, asked)
        status = "Completed" if not problems else "In progress" if filled else "Not started"
        if questions:
            states.append(SectionState(section, status, max(own, key=lambda answer: answer.edited_at, default=None)))
    return states


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


def list_refusals(proposal: Proposal) -> list[Refusal]:
    """The late tries of one proposal, newest first."""
    return list(
        db.session.scalars(
            select(Refusal).where(Refusal.proposal_id == proposal.id).order_by(Refusal.received_at.desc())
        )
    )


def find_attachment(proposal: Proposal, slug: str) -> Attachment | None:
    """The draft's file in one slot."""
    return next((found for found in list_attachments(proposal) if found.slot.slug == slug), None)


def find_opening(rfp: Rfp, *, lock: bool = False) -> Opening | None:
    """The opening of an RFP, asked for or done; `lock` waits for whoever is changing it."""
    query = select(Opening).where(Opening.rfp_id == rfp.id)
    if lock:
        query = query.with_for_update(of=Opening).execution_options(populate_existing=True)
    return db.session.scalar(query)


def list_standing_submissions(rfp: Rfp, *, viewer: User) -> Sequence[Standing]:
    """The submissions that count, by reference, for program staff and auditors, once they are opened."""
    if not viewer.has_staff_role(*policy.READERS):
        raise AccessDeniedError("Proposals are read by program managers, directors and auditors.")
    if rfp.opened_at is None:
        return []
    return list_standing(rfp)


def list_sealed_leaves(rfp: Rfp) -> list[bytes]:
    """The hash of every submission that counts, by reference, once the deadline has passed: SHA-256(0x00 + manifest).

    The database computes them, for whoever opens cannot read a submission before the opening is stamped.
    """
    return list(db.session.scalars(select(func.sealed_leaves(rfp.id))))


def list_standing(rfp: Rfp) -> Sequence[Standing]:
    """The submission that counts of every proposal, by reference: the last one received. Pages ask
    `list_standing_submissions`, which knows the viewer."""
    return db.session.execute(
        select(Proposal.reference, Organization.legal_name, ChallengeArea.title, Submission.received_at)
        .join(Proposal.organization)
        .join(Proposal.challenge_area)
        .join(Submission, Submission.proposal_id == Proposal.id)
        .where(Proposal.rfp_id == rfp.id, Submission.number == Proposal.submission_number)
        .order_by(Proposal.reference)
    ).all()


def get_opened_submission(reference: str, *, viewer: User) -> Submission:
    """The standing submission of an opened proposal, for program staff and auditors; otherwise it does not exist."""
    proposal = db.session.scalar(select(Proposal).where(Proposal.reference == reference.upper()))
    if proposal is None or not policy.may_read_opened(viewer, proposal):
        raise NotFoundError(NO_SUCH)
    return get_submission(proposal, proposal.submission_number)


def get_readable_submission(reference: str, *, viewer: User) -> Submission:
    """The standing submission of an opened proposal, for a person who was given it to read; else nothing is there."""
    submission = db.session.scalar(_readable(), {"reference": reference.upper(), "viewer_id": viewer.id})
    if submission is None:
        raise NotFoundError(NO_SUCH)
    return submission


@cache
def _readable() -> Select[Submission]:
    return (
        select(Submission)
        .join(Submission.proposal)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .join(ReaderGrant, ReaderGrant.proposal_id == Proposal.id)
        .options(contains_eager(Submission.proposal))
        .where(
            Proposal.reference == bindparam("reference"),
            Submission.number == Proposal.submission_number,
            Rfp.opened_at.is_not(None),
            ReaderGrant.user_id == bindparam("viewer_id"),
            ReaderGrant.revoked_at.is_(None),
        )
    )


def read_submission(submission: Submission) -> SubmittedView:
    """The frozen content of a submission the viewer has already been allowed to read."""
    files = db.session.scalars(
        select(SubmittedDocument)
        .join(SubmittedDocument.slot)
        .where(SubmittedDocument.submission_id == submission.id)
        .order_by(DocumentSlot.position)
        .options(contains_eager(SubmittedDocument.slot))
    )
    return SubmittedView(submission, json.loads(submission.manifest), list(files))


def get_submitted_file(submission: Submission, slug: str) -> Document:
    """The file a submission holds in one slot."""
    for file in read_submission(submission).files:
        if file.slot.slug == slug:
            return file.document
    raise NotFoundError("There is no such file.")


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
