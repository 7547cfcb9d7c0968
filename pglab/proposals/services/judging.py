"""What a failed virus check does to drafts. Done by the worker, which alone sees every draft that holds a file."""

from uuid import UUID

from sqlalchemy import or_, select

from pglab.audit.services import record
from pglab.core.db import db
from pglab.documents.models import Document
from pglab.documents.queries import find_document
from pglab.documents.states import WITHHELD
from pglab.proposals import notices
from pglab.proposals.models import (
    Attachment,
    Clarification,
    ClarificationAnswer,
    ClarificationItem,
    ConfidentialityMark,
    Proposal,
    Submission,
    SubmittedDocument,
    SubmittedMark,
)
from pglab.proposals.services.answering import lock_draft
from pglab.rfps.models import DocumentSlot


def follow_verdict(document_id: UUID) -> None:
    """Of every proposal that holds a file which failed its virus check: the file it replaced is in its slot again, as
    a change of the draft, and the team is told (N17). What was submitted stands as it was received."""
    document = find_document(document_id)
    if document is None or document.verdict not in WITHHELD:
        return
    for proposal in _list_holders(document):
        lock_draft(proposal)
        held = _list_held(proposal, document)
        back = [attachment for attachment in held if _bring_back(attachment)]
        if back:
            proposal.version += 1
            slugs = [attachment.slot.slug for attachment in back]
            record("proposal.file_refused", proposal, actor=None, after={"slots": slugs, "version": proposal.version})
        slots = [each.slot for each in held] or _list_asked(document)
        notices.tell_withheld(proposal, document, slots=slots, back=bool(back), sent=_is_sent(proposal, document))


def _list_holders(document: Document) -> list[Proposal]:
    redacted = ConfidentialityMark.redacted_document_id == document.id
    sent = select(Submission.proposal_id)
    answered = select(Clarification.proposal_id).join(
        ClarificationAnswer, ClarificationAnswer.clarification_id == Clarification.id
    )
    holders = [
        select(Attachment.proposal_id).where(Attachment.document_id == document.id),
        select(ConfidentialityMark.proposal_id).where(redacted),
        sent.join(SubmittedDocument).where(SubmittedDocument.document_id == document.id),
        sent.join(SubmittedMark).where(SubmittedMark.redacted_document_id == document.id),
        answered.where(ClarificationAnswer.document_id == document.id),
    ]
    holding = select(Proposal).where(or_(*(Proposal.id.in_(each) for each in holders)))
    return list(db.session.scalars(holding.order_by(Proposal.reference)))


def _list_held(proposal: Proposal, document: Document) -> list[Attachment]:
    """As the draft's last editor left them."""
    held = select(Attachment).where(Attachment.proposal_id == proposal.id, Attachment.document_id == document.id)
    return list(db.session.scalars(held.order_by(Attachment.slot_id).execution_options(populate_existing=True)))


def _list_asked(document: Document) -> list[DocumentSlot]:
    """For which slot a clarification asked for it, where it came as the answer to one."""
    asked = select(DocumentSlot).join(ClarificationItem, ClarificationItem.slot_id == DocumentSlot.id)
    answers = asked.join(ClarificationAnswer, ClarificationAnswer.item_id == ClarificationItem.id)
    return list(db.session.scalars(answers.where(ClarificationAnswer.document_id == document.id)))


def _bring_back(attachment: Attachment) -> bool:
    """Put the earlier file back in its slot, where there is one that has not failed itself."""
    earlier = attachment.earlier_document
    if earlier is None or earlier.verdict in WITHHELD:
        return False
    attachment.document, attachment.earlier_document, attachment.refused_document = earlier, None, attachment.document
    return True


def _is_sent(proposal: Proposal, document: Document) -> bool:
    """Whether the submission that stands holds the file, whole or as a redacted copy."""
    standing = select(Submission.id).where(
        Submission.proposal_id == proposal.id, Submission.number == proposal.submission_number
    )
    files = standing.join(SubmittedDocument).where(SubmittedDocument.document_id == document.id)
    copies = standing.join(SubmittedMark).where(SubmittedMark.redacted_document_id == document.id)
    return db.session.scalar(files.union_all(copies).limit(1)) is not None
