"""Putting files into the slots of a draft, and taking them out."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.documents.models import MAX_BYTES, Document, Upload
from pglab.documents.queries import safe_filename
from pglab.documents.services import FileRule, SentFile, receive_document
from pglab.documents.states import WITHHELD
from pglab.proposals import policy, queries
from pglab.proposals.models import Attachment, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.rfps.models import DocumentSlot


class OtherFileError(StateError):
    """Another file stands in the slot than the one the page showed (409)."""


class UnseenFileError(RuleError):
    """A file would replace one that a teammate put there after the page was opened."""


def file_rule(slot: DocumentSlot) -> FileRule:
    """What a document slot takes."""
    return FileRule(slot.title, frozenset(slot.media_types), min(slot.max_bytes, MAX_BYTES), slot.max_pages)


def upload_purpose(proposal: Proposal, slot: DocumentSlot) -> str:
    """What an upload in parts is bound to: it can be put into this slot of this proposal and nowhere else."""
    return f"proposal {proposal.id} {slot.id}"


def attach_file(
    proposal: Proposal, slot: DocumentSlot, given: SentFile | Upload | None, *, actor: User, seen: UUID | None = None
) -> Attachment:
    """Put a file into a slot once its type, structure, size and pages are checked; it replaces the earlier one.

    Only the virus check comes later. Until it has passed, the earlier file is kept beside the new one, and comes back
    by itself should the new one fail (`follow_verdict`); a submission made with it keeps it for good. `seen` is the
    file the page showed: one that a teammate has put there meanwhile is not replaced unseen. That is refused beside
    `file`, as when the proposal's files would be too many, or too large together.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    document = receive_document(given, file_rule(slot), actor=actor, sealed_rfp_id=proposal.rfp_id)
    lock_draft(proposal)
    standing = find_newest(proposal, slot)
    if standing and seen is not None:
        _refuse_to_replace_unseen(standing, seen, actor)
    marked = queries.is_marked(standing)
    attachment = put_in_slot(proposal, slot, document, actor=actor)
    proposal.version += 1
    after = {"slot": slot.slug, "version": proposal.version, **told_unmarked(attachment, marked=marked)}
    record("proposal.file_attached", proposal, actor=actor, after=after)
    return attachment


def _refuse_to_replace_unseen(standing: Attachment, seen: UUID, actor: User) -> None:
    if standing.document_id != seen and standing.attached_by_id != actor.id:
        who, name = db.session.get_one(User, standing.attached_by_id).name, safe_filename(standing.document)
        raise UnseenFileError(
            f"{who} put {name} here while this page was open. To replace it, select your file and upload it again",
            "file",
        )


def told_unmarked(attachment: Attachment, *, marked: bool) -> dict[str, bool]:
    """What the log adds where a file is not marked as confidential, and the one that it replaced was (`marked`)."""
    return {"unmarked": True} if marked and not queries.is_marked(attachment) else {}


def put_in_slot(proposal: Proposal, slot: DocumentSlot, document: Document, *, actor: User) -> Attachment:
    """Make this the slot's file, in a draft that is locked; a file not yet checked keeps the one before beside it."""
    attached = {each.slot_id: each for each in queries.list_attachments(proposal)}
    attachment = attached.pop(slot.id, None)
    copies = (each.redacted_document for each in queries.list_marks(proposal))
    refuse_too_much([*(each.document for each in attached.values()), *(each for each in copies if each), document])
    if attachment is None:
        attachment = Attachment(proposal_id=proposal.id, slot=slot)
    else:
        attachment.earlier_document = _to_come_back(attachment) if document.verdict is None else None
        attachment.refused_document = None
    attachment.document, attachment.attached_by_id, attachment.attached_at = document, actor.id, official_now()
    db.session.add(attachment)
    drop_lost_marks(proposal)
    return attachment


def drop_lost_marks(proposal: Proposal) -> None:
    """A mark goes with the last slot that holds its file, or would get it back."""
    db.session.flush()
    attached = queries.list_attachments(proposal)
    held = {key for each in attached for key in (each.document_id, each.earlier_document_id)}
    for mark in queries.list_marks(proposal):
        if mark.document_id not in held:
            db.session.delete(mark)


def refuse_too_much(documents: Iterable[Document]) -> None:
    """Refuse what a proposal would hold: too many files, or too many bytes. The same file in two slots counts once."""
    different = {document.id: document.size for document in documents}
    if len(different) > policy.MAX_PROPOSAL_FILES:
        raise RuleError(f"A proposal holds {policy.MAX_PROPOSAL_FILES} files at most. Remove another first.", "file")
    if sum(different.values()) > policy.MAX_PROPOSAL_BYTES:
        raise RuleError(
            "The files of a proposal must be 100 MB or less together. Make this or another smaller.", "file"
        )


def _to_come_back(attachment: Attachment) -> Document | None:
    """Which file is kept while the next one is checked: the one in the slot, unless it is itself not yet checked or
    has failed; then the one before it."""
    current, before = attachment.document, attachment.earlier_document
    if current.verdict in WITHHELD:
        return before
    return before or current if current.verdict is None else current


def remove_file(proposal: Proposal, slot: DocumentSlot, *, actor: User, seen: UUID | None = None) -> None:
    """Take the slot's file out of the draft. Submissions made with it keep it.

    `seen` is the file the page showed: another one that has come meanwhile stays (409).
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    attachment = find_newest(proposal, slot)
    if attachment is None:
        return
    refuse_other_file(attachment, seen)
    db.session.delete(attachment)
    drop_lost_marks(proposal)
    proposal.version += 1
    record("proposal.file_removed", proposal, actor=actor, after={"slot": slot.slug, "version": proposal.version})


def find_newest(proposal: Proposal, slot: DocumentSlot) -> Attachment | None:
    """The slot's file as the last editor left it, in a draft that is locked."""
    held = select(Attachment).where(Attachment.proposal_id == proposal.id, Attachment.slot_id == slot.id)
    return db.session.scalar(held.execution_options(populate_existing=True))


def refuse_other_file(attachment: Attachment, seen: UUID | None) -> None:
    """What somebody decided about the file they saw counts for no other that stands in its slot now."""
    if seen is not None and attachment.document_id != seen:
        raise OtherFileError(
            f"The file was replaced while this page was open: {safe_filename(attachment.document)} is here now."
        )
