"""Using a file that is there already: in another slot of the same proposal, or one the startup gave us before."""

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.documents.models import Document
from pglab.documents.services import refuse_unfit
from pglab.documents.states import WITHHELD
from pglab.proposals import policy, queries
from pglab.proposals.models import Attachment, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.attaching import file_rule, put_in_slot
from pglab.rfps.models import DocumentSlot


def move_file(proposal: Proposal, slot: DocumentSlot, target: DocumentSlot, *, actor: User, keep: bool) -> None:
    """Use the slot's file for another slot, if it is what that one takes; it is not uploaded again.

    With `keep` it stays where it is as well. Without, it moves; where the target holds a file, the two trade places.
    Refused beside `target` when a file does not fit, or when it should stay and the target is taken.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    attached = {each.slot_id: each for each in queries.list_attachments(proposal)}
    source, there = attached.get(slot.id), attached.get(target.id)
    if source is None:
        raise NotFoundError("There is no file here yet.")
    _refuse(source.document, target, "target")
    if keep and there is not None:
        raise RuleError(f"{target.title} already has a file. Remove it first, or let the two trade places.", "target")
    if keep:
        put_in_slot(proposal, target, source.document, actor=actor)
    elif there is None:
        source.slot, source.slot_id = target, target.id
    else:
        _refuse(there.document, slot, "target")
        _trade(source, there)
    proposal.version += 1
    moved = {"from": slot.slug, "to": target.slug, "kept": keep, "version": proposal.version}
    record("proposal.file_moved", proposal, actor=actor, after=moved)


def reuse_file(proposal: Proposal, slot: DocumentSlot, document: Document, *, actor: User) -> None:
    """Put a file into a slot that the startup gave us before, in this proposal or another of its own.

    It is the same stored file, so it is counted once, and its virus check holds for both. What it replaces is kept as
    when a new file is uploaded. Refused beside `document` when it does not fit.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    if document.id not in {each.document.id for each in queries.list_given_files(proposal)}:
        raise NotFoundError("There is no such file.")
    _refuse(document, slot, "document")
    put_in_slot(proposal, slot, document, actor=actor)
    proposal.version += 1
    record("proposal.file_reused", proposal, actor=actor, after={"slot": slot.slug, "version": proposal.version})


def _refuse(document: Document, slot: DocumentSlot, field: str) -> None:
    if document.verdict in WITHHELD:
        raise RuleError(queries.virus_check(document).words, field)
    refuse_unfit(document, file_rule(slot), field=field)


def _trade(one: Attachment, other: Attachment) -> None:
    """All that is known of the two files changes places; the slots stay."""
    for name in ("document", "earlier_document", "refused_document", "attached_by_id", "attached_at"):
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)
