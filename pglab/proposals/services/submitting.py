"""The submission protocol: stamped on arrival by the database, one short transaction, signed, idempotent.

Nothing slow stands before or inside it: no upload, no password, no store, no mail. The order of the statements is the
protocol; see docs/decisions/0003-submission-protocol.md for what was measured and what happens when it is changed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from pglab.accounts.models import User
from pglab.adapters.signing import sign
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, StateError, require
from pglab.proposals import notices, policy, queries
from pglab.proposals.models import Proposal, Refusal, Submission, SubmittedDocument
from pglab.proposals.services.drafting import lock_draft
from pglab.proposals.services.manifest import Package, build_manifest, instant
from pglab.proposals.states import PROPOSAL_WORKFLOW, ProposalEvent
from pglab.rfps.models import Rfp


@dataclass(frozen=True)
class Arrival:
    """What the two first statements told: when the request arrived, and what it arrived at."""

    at: datetime
    closes_at: datetime
    opened: bool
    cancelled: bool

    @property
    def late(self) -> bool:
        """The deadline is inclusive to the microsecond; after the opening everything is late."""
        return self.at > self.closes_at or self.opened


def submit_proposal(
    proposal: Proposal,
    *,
    version: int,
    idempotency_key: str,
    declarations: list[str],
    actor: User,
    rfp_version: int | None = None,
) -> Submission | Refusal:
    """Submit the draft as the organization's answer, or keep a signed refusal when it arrived after the deadline.

    Effects of an acceptance: the next submission, signed, with its files; it is the one that stands; one log entry;
    a receipt mail to every member. The same key sent again returns what was stored the first time; with another draft
    it is refused with 409, and so is a draft that changed since `version` was checked, or one that answers another
    version of the RFP than the one in force (`rfp_version`; every page and client says which one it showed).
    """
    require(policy.may_submit(actor, proposal), "Only an authorized representative can submit.")
    arrival = _stamp(proposal)
    lock_draft(proposal)
    earlier = _sent_before(proposal, actor, idempotency_key, version)
    if earlier is not None:
        return earlier
    if arrival.cancelled:
        raise GoneError("This call was cancelled. Nothing can be submitted any more. Your draft is kept.")
    if arrival.late:
        return _refuse(proposal, arrival, idempotency_key, actor)
    if proposal.version != version:
        raise StateError("Your proposal changed since you checked it. Check your answers again, then submit.")
    draft = queries.get_draft(proposal)
    problems = queries.problems_of(draft)
    if problems:
        raise RuleError(f"There are {len(problems)} things to fix before you can submit. Check your answers.")
    number = proposal.submission_number + 1  # the draft is locked, and the database keeps the number and the rows equal
    package = build_manifest(
        proposal, draft, number=number, received_at=arrival.at, declarations=declarations, actor=actor
    )
    if rfp_version not in (None, package.manifest["rfp"]["version"]):
        raise StateError("An addendum was issued since you checked your answers. Read it and check again, then submit.")
    return _accept(proposal, package, arrival, idempotency_key, actor)


def _stamp(proposal: Proposal) -> Arrival:
    """The arrival. The lock keeps the opening out until we commit; the clock is read as a statement of its own, since
    one inside the locking statement may be read before the lock is granted."""
    locked = select(Rfp.closes_at, Rfp.opened_at, Rfp.cancelled_at).where(Rfp.id == proposal.rfp_id)
    closes_at, opened_at, cancelled_at = db.session.execute(locked.with_for_update(read=True, of=Rfp)).one()
    set_committed_value(proposal.rfp, "closes_at", closes_at)  # the receipt names the deadline it was judged by
    return Arrival(official_now(), closes_at, opened=opened_at is not None, cancelled=cancelled_at is not None)


def _sent_before(proposal: Proposal, actor: User, key: str, version: int) -> Submission | Refusal | None:
    """What this very form brought when it was sent before; 409 when the key comes with other content."""
    made = db.session.scalar(
        select(Submission).where(Submission.submitted_by_id == actor.id, Submission.idempotency_key == key)
    )
    if made is not None and (made.proposal_id != proposal.id or made.draft_version != version):
        raise StateError("This form was already used to submit something else. Check your answers again, then submit.")
    return made or db.session.scalar(
        select(Refusal).where(Refusal.refused_user_id == actor.id, Refusal.idempotency_key == key)
    )


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
    PROPOSAL_WORKFLOW.fire(proposal, ProposalEvent.SUBMIT)
    proposal.submission_number, proposal.submitted_version = number, proposal.version
    record("proposal.submitted", submission, actor=actor, after={"number": number, "sha256": submission.sha256})
    record("proposal.submitted", proposal, actor=actor, after={"submission": number})
    notices.tell_submitted(submission)
    return submission


def _refuse(proposal: Proposal, arrival: Arrival, idempotency_key: str, actor: User) -> Refusal:
    """Keep that somebody tried, when, and the hash of what they tried to send. No content is stored."""
    number = proposal.submission_number + 1
    draft = queries.get_draft(proposal)
    tried = build_manifest(proposal, draft, number=number, received_at=arrival.at, declarations=[], actor=actor)
    statement = canonical_json(
        {
            "type": "pglab-refusal",
            "format": 1,
            "reference": proposal.reference,
            "rfp": proposal.rfp.reference,
            "received_at": instant(arrival.at),
            "closes_at": instant(arrival.closes_at),
            "tried_by": actor.name,
            "tried_sha256": sha256_hex(canonical_json(tried.manifest)),
            "submission_in_force": proposal.submission_number,
        }
    )
    signature = sign(statement)
    refusal = Refusal(
        proposal=proposal,
        received_at=arrival.at,
        closes_at=arrival.closes_at,
        statement=statement.decode(),
        sha256=sha256_hex(statement),
        signature=signature.value,
        key_id=signature.key_id,
        refused_user_id=actor.id,
        idempotency_key=idempotency_key,
    )
    db.session.add(refusal)
    record("proposal.refused_late", refusal, actor=actor, after={"received_at": instant(arrival.at)})
    return refusal
