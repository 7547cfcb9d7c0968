"""Marking a file as confidential, signing the statement, and giving a redacted copy for the public."""

from dataclasses import dataclass, replace
from uuid import UUID

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import NotFoundError, RuleError, StateError, require
from pglab.documents.models import Document, Upload
from pglab.documents.queries import safe_filename
from pglab.documents.services import FileRule, SentFile, receive_document
from pglab.proposals import policy, queries
from pglab.proposals.models import Attachment, ConfidentialityMark, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.attaching import (
    OtherFileError,
    file_rule,
    find_newest,
    refuse_other_file,
    refuse_too_much,
)
from pglab.rfps.models import DocumentSlot

NO_FILE = "There is no file here yet."
UNMARKED = "This file is not marked as confidential."


@dataclass(frozen=True)
class Claim:
    """What a startup says of a file: which pages are confidential, and why.

    `seen` is the file the page showed, and `shown` the sign of what it showed to be marked (`queries.mark_sign`).
    """

    pages_named: str
    reason: str
    seen: UUID | None = None
    shown: str | None = None


class OtherMarkError(StateError):
    """Something else is marked in the file, or signed, than the page showed (409)."""


def redacted_purpose(proposal: Proposal, slot: DocumentSlot) -> str:
    """What an upload of a redacted copy in parts is bound to."""
    return f"redacted {proposal.id} {slot.id}"


def redacted_rule(slot: DocumentSlot) -> FileRule:
    """What a redacted copy has to be: what the slot takes, refused by its own name."""
    return replace(file_rule(slot), title="Redacted copy")


def mark_file(
    proposal: Proposal, slot: DocumentSlot, claim: Claim, *, actor: User, sign: bool, unsign: bool = False
) -> ConfidentialityMark:
    """Say of the slot's file that it holds trade secrets or confidential proprietary information.

    Only an authorized representative signs (`sign`); the statement is filed with the submission (Right-to-Know Law,
    section 707(b)). Another text takes an earlier signature away, if that is meant (`unsign`); else it is refused
    beside that field. Nothing is said of another file than the one that was shown, and no other text than the one that
    was shown is written over (409); what stands already may be said again.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    require(not sign or policy.may_submit(actor, proposal), policy.REPRESENTATIVES_SIGN)
    attachment = _locked(proposal, slot, claim.seen)
    mark = queries.find_mark(attachment)
    text = "new" if mark is None else "same" if (mark.pages_named, mark.reason) == _said(claim) else "changed"
    if text != "same":
        _refuse_other_mark(mark, claim.shown)
    mark = mark or ConfidentialityMark(proposal_id=proposal.id, document_id=attachment.document_id)
    signed = mark.signed_by if text == "changed" else None
    if signed is not None and not (sign or unsign):
        raise RuleError(f"{signed.name} signed other words. What you save now has to be signed again.", "unsign")
    now, signature = official_now(), "dropped" if signed else "same"
    if text != "same":
        mark.pages_named, mark.reason = _said(claim)
        mark.marked_by_id, mark.marked_at = actor.id, now
        mark.signed_by, mark.signed_at = None, None
    if sign and mark.signed_at is None:
        mark.signed_by, mark.signed_at, signature = actor, now, "given"
    if (text, signature) != ("same", "same"):
        db.session.add(mark)
        _note(proposal, "proposal.file_marked", slot, actor, text=text, signature=signature)
    return mark


def _said(claim: Claim) -> tuple[str, str]:
    return claim.pages_named, claim.reason


def _refuse_other_mark(mark: ConfidentialityMark | None, shown: str | None) -> None:
    if shown is not None and shown != queries.mark_sign(mark):
        done = "changed" if mark else "removed"
        raise OtherMarkError(f"What is marked in this file was {done} while this page was open.")


def unmark_file(proposal: Proposal, slot: DocumentSlot, *, actor: User, seen: UUID | None = None) -> None:
    """Take the mark of the slot's file back, and its redacted copy with it; of the file `seen`, and no other (409)."""
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    mark = queries.find_mark(_locked(proposal, slot, seen))
    if mark is not None:
        db.session.delete(mark)
        _note(proposal, "proposal.file_unmarked", slot, actor)


def attach_redacted(
    proposal: Proposal, slot: DocumentSlot, given: SentFile | Upload | None, *, actor: User, seen: UUID | None = None
) -> Document:
    """Take in the copy without what is confidential, by the rules of the slot; it replaces an earlier one.

    Refused beside `file` when it is the very file it is a copy of, and with 409 when that is not the one `seen`.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    original = queries.find_attachment(proposal, slot.slug)
    _marked(original)
    rule = replace(redacted_rule(slot), unlike=original.document.sha256 if original else None)
    document = receive_document(given, rule, actor=actor, sealed_rfp_id=proposal.rfp_id)
    attachment = _locked(proposal, slot, seen)
    mark = _marked(attachment)
    draft = [each.document for each in queries.list_attachments(proposal)]
    copies = [each.redacted_document for each in queries.list_marks(proposal) if each is not mark]
    refuse_too_much([*draft, *(each for each in copies if each), document])
    mark.redacted_document = document
    _note(proposal, "proposal.redacted_copy_attached", slot, actor)
    return document


def remove_redacted(proposal: Proposal, slot: DocumentSlot, *, actor: User, seen: UUID | None = None) -> None:
    """Take the redacted copy out of the draft, the one that was `seen` and no newer (409); the mark stays."""
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    mark = _marked(_locked(proposal, slot))
    copy = mark.redacted_document
    if copy is not None:
        if seen not in (None, copy.id):
            raise OtherFileError(
                f"The redacted copy was replaced while this page was open: {safe_filename(copy)} is here now."
            )
        mark.redacted_document = None
        _note(proposal, "proposal.redacted_copy_removed", slot, actor)


def _locked(proposal: Proposal, slot: DocumentSlot, seen: UUID | None = None) -> Attachment:
    lock_draft(proposal)
    attachment = find_newest(proposal, slot)
    if attachment is None and seen:
        raise StateError("The file was removed while this page was open, so there is nothing to say of it.")
    if attachment is None:
        raise NotFoundError(NO_FILE)
    refuse_other_file(attachment, seen)
    return attachment


def _marked(attachment: Attachment | None) -> ConfidentialityMark:
    mark = queries.find_mark(attachment) if attachment else None
    if mark is None:
        raise NotFoundError(UNMARKED)
    return mark


def _note(proposal: Proposal, action: str, slot: DocumentSlot, actor: User, **more: str) -> None:
    proposal.version += 1
    record(action, proposal, actor=actor, after={"slot": slot.slug, "version": proposal.version, **more})
