"""Using a file that is there already: in another slot of the same proposal, or one the startup gave us before."""

from collections.abc import Mapping
from uuid import UUID

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.documents.models import Document
from pglab.documents.queries import safe_filename
from pglab.documents.services import refuse_unfit
from pglab.documents.states import WITHHELD
from pglab.proposals import policy, queries
from pglab.proposals.models import Attachment, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.attaching import OtherFileError, file_rule, find_newest, put_in_slot, told_unmarked
from pglab.rfps.models import DocumentSlot

# Which file each slot held on the page, by the slot's name in addresses; none for an empty slot.
Seen = Mapping[str, UUID]


def move_file(
    proposal: Proposal,
    slot: DocumentSlot,
    target: DocumentSlot,
    *,
    actor: User,
    keep: bool,
    seen: Seen | None = None,
) -> None:
    """Use the slot's file for another slot, if it is what that one takes; it is not uploaded again.

    With `keep` it stays where it is as well. Without, it moves; where the target holds a file, the two trade places.
    Refused beside `target` when a file does not fit, or when it should stay and the target is taken. `seen` is what the
    page showed: no other file is moved (409), and what is done already is not done again.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    source, there = find_newest(proposal, slot), find_newest(proposal, target)
    if seen is not None and slot.slug in seen:
        mine, theirs = seen[slot.slug], seen.get(target.slug)
        if (_held(there), _held(source)) == (mine, mine if keep else theirs):
            return
    _refuse_unseen(slot, source, seen)
    if source is None:
        raise NotFoundError("There is no file here yet.")
    _refuse_unseen(target, there, seen)
    _refuse(source.document, target, "target")
    if keep and there is not None:
        raise RuleError(f"{target.title} already has a file. Remove it first, or let the two trade places.", "target")
    if keep:
        put_in_slot(proposal, target, source.document, actor=actor)
    elif there is None:
        source.slot, source.slot_id, source.attached_by_id = target, target.id, actor.id
    else:
        _refuse(there.document, slot, "target")
        _trade(source, there, actor)
    proposal.version += 1
    moved = {"from": slot.slug, "to": target.slug, "kept": keep, "version": proposal.version}
    record("proposal.file_moved", proposal, actor=actor, after=moved)


def reuse_file(
    proposal: Proposal, slot: DocumentSlot, document: Document, *, actor: User, seen: Seen | None = None
) -> None:
    """Put a file into a slot that the startup gave us before, in this proposal or another of its own.

    It is the same stored file, so it is counted once, and its virus check holds for both. What it replaces is kept as
    when a new file is uploaded. Refused beside `document` when it does not fit. `seen` is what the page showed: no
    other file is replaced (409), and one that is in its place already stays.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    if document.id not in {each.document.id for each in queries.list_given_files(proposal)}:
        raise NotFoundError("There is no such file.")
    _refuse(document, slot, "document")
    standing = find_newest(proposal, slot)
    if _held(standing) == document.id:
        return
    _refuse_unseen(slot, standing, seen)
    marked = queries.is_marked(standing)
    attachment = put_in_slot(proposal, slot, document, actor=actor)
    proposal.version += 1
    given = {"slot": slot.slug, "version": proposal.version, **told_unmarked(attachment, marked=marked)}
    record("proposal.file_reused", proposal, actor=actor, after=given)


def _held(attachment: Attachment | None) -> UUID | None:
    return attachment.document_id if attachment else None


def _refuse_unseen(slot: DocumentSlot, attachment: Attachment | None, seen: Seen | None) -> None:
    """What somebody decided about the files they saw counts for no other that stands in the slot now."""
    if seen is None or seen.get(slot.slug) == _held(attachment):
        return
    now = f"{safe_filename(attachment.document)} is there now" if attachment else "there is no file there now"
    raise OtherFileError(f"{slot.title} was changed while this page was open: {now}.")


def _refuse(document: Document, slot: DocumentSlot, field: str) -> None:
    if document.verdict in WITHHELD:
        raise RuleError(queries.virus_check(document).words, field)
    refuse_unfit(document, file_rule(slot), field=field)


def _trade(one: Attachment, other: Attachment, actor: User) -> None:
    """All that is known of the two files changes places; the slots stay. Whoever does it put both files there."""
    one.attached_by_id = other.attached_by_id = actor.id
    for name in ("document", "earlier_document", "refused_document", "attached_at"):
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)
