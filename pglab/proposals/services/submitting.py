"""The submission protocol: stamped on arrival by the database, one short transaction, signed, idempotent.

Nothing slow stands before or inside it: no upload, no password, no store, no mail. The order of the statements is the
protocol; see docs/decisions/0003-submission-protocol.md for what was measured and what happens when it is changed.
"""

from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.adapters.signing import sign
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.outbox.services import defer
from pglab.proposals import policy, queries
from pglab.proposals.models import ConfidentialityMark, Proposal, Refusal, Submission, SubmittedDocument, SubmittedMark
from pglab.proposals.services.answering import lock_draft
from pglab.proposals.services.arriving import Arrival, key_of_draft, last_of_many, refuse, stamp
from pglab.proposals.services.manifest import Package, build_manifest
from pglab.proposals.states import PROPOSAL_WORKFLOW, ProposalEvent, ProposalStatus

USED = "This form was already used to submit something else. Check your answers again, then submit."


def submit_proposal(
    proposal: Proposal,
    *,
    version: int,
    idempotency_key: str,
    declarations: list[str],
    actor: User,
    shown: queries.Shown | None = None,
) -> Submission | Refusal:
    """Submit the draft as the organization's answer, or keep a signed refusal when it arrived after the deadline.

    Effects of an acceptance: the next submission, signed, with its files; it is the one that stands; one log entry;
    a job for the worker, which mails the receipt to every member. The same key sent again returns what was stored the
    first time; with another draft it is refused with 409, and so is a draft that changed since `version` was checked,
    or one whose page showed other facts of the startup or another version of the RFP (`shown`; every page and client
    says what it showed). A draft that holds what stands already makes no new submission; the one that stands comes
    back.
    """
    require(policy.may_submit(actor, proposal), "Only an authorized representative can submit.")
    arrival = stamp(proposal)
    lock_draft(proposal)
    earlier = _sent_before(proposal, actor, idempotency_key, version)
    if earlier is not None:
        return earlier
    late = _refused(proposal, arrival, idempotency_key, actor)
    if late is not None:
        return late
    if proposal.version != version:
        raise StateError("Your proposal changed since you checked it. Check your answers again, then submit.")
    draft = queries.get_draft(proposal)
    problems = queries.problems_of(draft)
    if problems:
        raise RuleError(f"There are {len(problems)} things to fix before you can submit. Check your answers.")
    _refresh_profile(proposal, shown)
    number = proposal.received_number + 1  # the draft is locked, and the database keeps the number and the rows equal
    package = build_manifest(
        proposal, draft, number=number, received_at=arrival.at, declarations=declarations, actor=actor
    )
    if shown is not None and shown.call != package.manifest["rfp"]["version"]:
        raise StateError("An addendum was issued since you checked your answers. Read it and check again, then submit.")
    return _standing(proposal, package, arrival, actor) or _accept(proposal, package, arrival, idempotency_key, actor)


def _refresh_profile(proposal: Proposal, shown: queries.Shown | None) -> None:
    """The startup's profile as it is now, read at once with its version, so that the receipt says what the page did."""
    db.session.refresh(proposal.organization, [*queries.PROFILE, "version"])
    if shown is not None and not queries.is_same_startup(proposal.organization, shown.profile):
        raise StateError("Your startup’s profile changed since you checked it. Check your answers again, then submit.")


def _standing(proposal: Proposal, package: Package, arrival: Arrival, actor: User) -> Submission | None:
    """The submission that stands, when this one would hold the same; the draft then has no unsent changes. Otherwise a
    new one may follow, but never one that arrived before the last: numbers go up with the time."""
    last = queries.find_last_submission(proposal)
    if last is None:
        return None
    if proposal.status is ProposalStatus.SUBMITTED and queries.holds_the_same(last, package.manifest):
        proposal.submitted_version = proposal.version
        record("proposal.submitted_unchanged", proposal, actor=actor, after={"submission": last.number})
        return last
    if last.received_at > arrival.at:
        raise StateError("Your team submitted again while this was on its way. Look at what stands, then submit.")
    return None


def find_unchanged(proposal: Proposal, *, actor: User) -> Submission | None:
    """The submission that stands, while the draft, the startup's profile and the call are what it holds: submitting
    now would send nothing new."""
    last = queries.find_last_submission(proposal)
    if last is None or proposal.status is not ProposalStatus.SUBMITTED:
        return None
    now = build_manifest(
        proposal,
        queries.get_draft(proposal),
        number=last.number,
        received_at=last.received_at,
        declarations=queries.declared(last),
        actor=actor,
    )
    return last if queries.holds_the_same(last, now.manifest) else None


def refuse_if_late(proposal: Proposal, *, idempotency_key: str, actor: User) -> Submission | Refusal | None:
    """What a form gets that could not be accepted at any time (a box left open, a field lost on the way): after the
    deadline the same signed refusal as any other, before it nothing, so that the page can say what is missing. Without
    an `idempotency_key` the same draft gets the same refusal."""
    require(policy.may_submit(actor, proposal), "Only an authorized representative can submit.")
    arrival = stamp(proposal)
    lock_draft(proposal)
    earlier = _sent_before(proposal, actor, idempotency_key, None)
    return earlier or _refused(proposal, arrival, idempotency_key, actor)


def _refused(proposal: Proposal, arrival: Arrival, idempotency_key: str, actor: User) -> Refusal | None:
    """The refusal of what arrived too late, whatever else is wrong with it, the same one each time this form comes; 410
    when the call was cancelled. A form that was refused is judged anew once the deadline has moved. A form that lost
    its key is known by its draft, and who goes on trying gets the last refusal again: a person makes only so many."""
    if arrival.cancelled:
        raise GoneError("This call was cancelled. Nothing can be submitted any more. Your draft is kept.")
    if not arrival.late:
        return None
    key = idempotency_key or key_of_draft(proposal, arrival)
    made = db.session.scalar(select(Refusal).where(Refusal.refused_user_id == actor.id, Refusal.idempotency_key == key))
    if made is not None and made.proposal_id != proposal.id:
        raise StateError(USED)
    return made or last_of_many(proposal, arrival, actor) or refuse(proposal, arrival, key, actor)


def _sent_before(proposal: Proposal, actor: User, key: str, version: int | None) -> Submission | None:
    """What this very form brought when it was sent before; 409 when the key comes with other content."""
    made = db.session.scalar(
        select(Submission).where(Submission.submitted_by_id == actor.id, Submission.idempotency_key == key)
    )
    if made is not None and (made.proposal_id != proposal.id or version not in (None, made.draft_version)):
        raise StateError(USED)
    return made


def _accept(proposal: Proposal, package: Package, arrival: Arrival, idempotency_key: str, actor: User) -> Submission:
    number = package.manifest["number"]
    content = canonical_json(package.manifest)
    signature = sign(content)
    submission = Submission(
        proposal=proposal,
        number=number,
        received_at=arrival.at,
        rfp_version_id=package.rfp_version_id,
        draft_version=proposal.version,
        manifest=content.decode(),
        sha256=sha256_hex(content),
        signature=signature.value,
        key_id=signature.key_id,
        submitted_by_id=actor.id,
        idempotency_key=idempotency_key,
    )
    db.session.add(submission)
    db.session.flush()
    db.session.add_all(
        SubmittedDocument(submission_id=submission.id, slot_id=slot_id, document_id=document_id)
        for slot_id, document_id in package.documents
    )
    db.session.add_all(_frozen(submission, slot_id, mark) for slot_id, mark in package.marks.items())
    PROPOSAL_WORKFLOW.fire(proposal, ProposalEvent.SUBMIT)
    proposal.submission_number = proposal.received_number = number
    proposal.submitted_version, proposal.withdrawn_at = proposal.version, None
    record("proposal.submitted", submission, actor=actor, after={"number": number, "sha256": submission.sha256})
    record("proposal.submitted", proposal, actor=actor, after={"submission": number})
    defer("proposals.tell_submitted", submission_id=submission.id)
    return submission


def _frozen(submission: Submission, slot_id: UUID, mark: ConfidentialityMark) -> SubmittedMark:
    """A mark as it is filed with the submission. An unsigned one was refused before (`problems_of`)."""
    return SubmittedMark(
        submission_id=submission.id,
        slot_id=slot_id,
        pages_named=mark.pages_named,
        reason=mark.reason,
        signed_by_id=mark.signed_by_id,
        signed_at=mark.signed_at,
        redacted_document_id=mark.redacted_document_id,
    )
