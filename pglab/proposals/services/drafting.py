"""Drafting: start a proposal, save its answers, attach and remove files. Nobody but the organization ever sees this."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pglab.accounts.models import Organization, User
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.core.ids import proposal_reference
from pglab.documents.models import MAX_BYTES, Upload
from pglab.documents.services import FileRule, SentFile, receive_document
from pglab.proposals import notices, policy, queries
from pglab.proposals.models import Answer, Attachment, Proposal
from pglab.rfps.models import DocumentSlot, FormQuestion, Rfp

TRIES = 20


def start_proposal(rfp: Rfp, *, organization: Organization, area: ChallengeArea, actor: User) -> Proposal:
    """Begin an organization's answer to one challenge area; one for each area, while the RFP is open.

    The reference is drawn at random, so that it tells nobody how many proposals exist.
    """
    require(actor.role_in(organization.id) in policy.WRITERS, "Only a representative or editor can start a proposal.")
    if not rfp.phase(official_now()).accepts_proposals:
        raise GoneError("Proposals are not being accepted for this cohort.")
    taken = select(Proposal).where(Proposal.organization_id == organization.id, Proposal.challenge_area_id == area.id)
    existing = db.session.scalar(taken)
    if existing is not None:
        raise RuleError(f"{organization.legal_name} already has {existing.reference} for {area.title}.", field="area")
    proposal = _insert_with_free_reference(rfp, organization, area, actor)
    record("proposal.started", proposal, actor=actor, after={"challenge_area": area.title})
    notices.tell_started(proposal, actor)
    return proposal


def _insert_with_free_reference(rfp: Rfp, organization: Organization, area: ChallengeArea, actor: User) -> Proposal:
    for _ in range(TRIES):
        proposal = Proposal(
            reference=proposal_reference(rfp.cohort.number),
            rfp=rfp,
            organization=organization,
            challenge_area=area,
            started_by_id=actor.id,
            started_at=official_now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(proposal)
        except IntegrityError as clash:
            if "reference" not in str(clash.orig):
                raise RuleError(
                    f"{organization.legal_name} already has a proposal for {area.title}.", "area"
                ) from clash
        else:
            return proposal
    raise RuntimeError("no free proposal reference was drawn")


def save_answers(proposal: Proposal, answers: Mapping[UUID, str], *, actor: User) -> None:
    """Keep these answers (by question) as the draft, whole or not at all; complete or not is judged when checking."""
    require(policy.may_edit(actor, proposal), "Viewers can read this proposal but not change it.")
    lock_draft(proposal)
    questions = {
        question.id: question
        for question in db.session.scalars(
            select(FormQuestion).where(FormQuestion.rfp_id == proposal.rfp_id, FormQuestion.id.in_(answers))
        )
    }
    stored = {
        answer.question_id: answer
        for answer in db.session.scalars(select(Answer).where(Answer.proposal_id == proposal.id))
    }
    changed = [
        question_id
        for question_id, text in answers.items()
        if question_id in questions and text != (stored[question_id].text if question_id in stored else "")
    ]
    now = official_now()
    for question_id in changed:
        answer = stored.get(question_id) or Answer(proposal_id=proposal.id, question_id=question_id)
        answer.text, answer.edited_by_id, answer.edited_at = answers[question_id], actor.id, now
        db.session.add(answer)
    if changed:
        proposal.version += 1
        record("proposal.answered", proposal, actor=actor, after={"answers": len(changed), "version": proposal.version})


def file_rule(slot: DocumentSlot) -> FileRule:
    """What a document slot takes."""
    return FileRule(slot.title, frozenset(slot.media_types), min(slot.max_bytes, MAX_BYTES), slot.max_pages)


def upload_purpose(proposal: Proposal, slot: DocumentSlot) -> str:
    """What an upload in parts is bound to: it can be put into this slot of this proposal and nowhere else."""
    return f"proposal {proposal.id} {slot.id}"


def attach_file(proposal: Proposal, slot: DocumentSlot, given: SentFile | Upload | None, *, actor: User) -> Attachment:
    """Put a file into a slot once its type, structure, size and pages are checked; it replaces the earlier one.

    The earlier file stays in force until the new one has passed; a submission made with it keeps it for good. Only the
    virus scan may come later. Refused beside `file` when the proposal's files together would be too large.
    """
    require(policy.may_edit(actor, proposal), "Viewers can read this proposal but not change it.")
    document = receive_document(given, file_rule(slot), actor=actor, sealed_rfp_id=proposal.rfp_id)
    lock_draft(proposal)
    others = sum(each.document.size for each in queries.list_attachments(proposal) if each.slot_id != slot.id)
    if others + document.size > policy.MAX_PROPOSAL_BYTES:
        raise RuleError(
            "The files of a proposal must be 100 MB or less together. Make this or another smaller.", "file"
        )
    attachment = _find_attachment(proposal, slot) or Attachment(proposal_id=proposal.id, slot=slot)
    attachment.document, attachment.attached_by_id, attachment.attached_at = document, actor.id, official_now()
    db.session.add(attachment)
    proposal.version += 1
    record("proposal.file_attached", proposal, actor=actor, after={"slot": slot.slug, "version": proposal.version})
    return attachment


def remove_file(proposal: Proposal, slot: DocumentSlot, *, actor: User) -> None:
    """Take the slot's file out of the draft. Submissions made with it keep it."""
    require(policy.may_edit(actor, proposal), "Viewers can read this proposal but not change it.")
    lock_draft(proposal)
    attachment = _find_attachment(proposal, slot)
    if attachment is None:
        return
    db.session.delete(attachment)
    proposal.version += 1
    record("proposal.file_removed", proposal, actor=actor, after={"slot": slot.slug, "version": proposal.version})


def _find_attachment(proposal: Proposal, slot: DocumentSlot) -> Attachment | None:
    return db.session.scalar(
        select(Attachment).where(Attachment.proposal_id == proposal.id, Attachment.slot_id == slot.id)
    )


def lock_draft(proposal: Proposal) -> None:
    """Wait for an edit or a submit of the same proposal in flight, and see the draft as it left it."""
    changing = ["status", "version", "submission_number", "submitted_version"]
    db.session.refresh(proposal, changing, with_for_update={"of": Proposal})
