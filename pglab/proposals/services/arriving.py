"""The arrival of what is sent: when, judged by which deadline; and the signed refusal of what came too late."""

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
from pglab.proposals import queries
from pglab.proposals.models import Proposal, Refusal
from pglab.proposals.services.manifest import build_manifest, instant
from pglab.rfps.models import Rfp

# So many signed refusals of one person for one proposal prove whatever there is to prove.
MOST_REFUSALS = 20


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


def stamp(proposal: Proposal) -> Arrival:
    """The arrival. The lock keeps the opening out until we commit; the clock is read as a statement of its own, since
    one inside the locking statement may be read before the lock is granted."""
    locked = select(Rfp.closes_at, Rfp.opened_at, Rfp.cancelled_at).where(Rfp.id == proposal.rfp_id)
    closes_at, opened_at, cancelled_at = db.session.execute(locked.with_for_update(read=True, of=Rfp)).one()
    set_committed_value(proposal.rfp, "closes_at", closes_at)  # the receipt names the deadline it was judged by
    return Arrival(official_now(), closes_at, opened=opened_at is not None, cancelled=cancelled_at is not None)


def key_of_draft(proposal: Proposal, arrival: Arrival) -> str:
    """What names a late try that came without a key of its own: the same draft, too late for the same deadline."""
    tried = f"{proposal.id} {proposal.version} {instant(arrival.closes_at)}"
    return f"keyless-{sha256_hex(tried.encode())[:48]}"


def last_of_many(proposal: Proposal, arrival: Arrival, actor: User) -> Refusal | None:
    """The last refusal of somebody who was refused as often as anybody is for one proposal and one deadline."""
    made = db.session.scalars(
        select(Refusal)
        .where(
            Refusal.proposal_id == proposal.id,
            Refusal.refused_user_id == actor.id,
            Refusal.closes_at == arrival.closes_at,
        )
        .order_by(Refusal.received_at.desc())
        .limit(MOST_REFUSALS)
    ).all()
    return made[0] if len(made) == MOST_REFUSALS else None


def refuse(proposal: Proposal, arrival: Arrival, idempotency_key: str, actor: User) -> Refusal:
    """Keep that somebody tried, when, and the hash of what they tried to send. No content is stored."""
    number = proposal.received_number + 1
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
