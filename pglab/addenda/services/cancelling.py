"""Cancelling a call before its proposals are opened: asked for by one person with a reason, confirmed by another."""

from blinker import Signal

from pglab.accounts.models import User
from pglab.addenda import notices, policy, queries
from pglab.addenda.models import Cancellation
from pglab.addenda.services.moments import call_state
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, RuleError, StateError, require
from pglab.rfps.models import Rfp
from pglab.rfps.services import stamp_cancelled
from pglab.rfps.services.publishing import lock

# Sent with the RFP and `cancellation` in the transaction that cancels it.
cohort_cancelled = Signal()


def ask_cancellation(rfp: Rfp, *, reason: str, actor: User) -> Cancellation:
    """The first person asks, with the reason that everyone will read. Nothing happens before the second confirms."""
    require(policy.may_prepare(actor))
    call = lock(rfp)
    now = official_now()
    call_state(call, now)
    if not reason:
        raise RuleError("Enter why the call is cancelled", field="reason")
    if queries.find_cancellation(call) is not None:
        raise StateError("Somebody has already asked for this cancellation. A second person confirms it.")
    cancellation = Cancellation(rfp=call, reason=reason, asked_by=actor, asked_at=now)
    db.session.add(cancellation)
    db.session.flush()
    record("cancellation.asked", cancellation, actor=actor, reason=reason)
    notices.tell_cancellation_asked(cancellation)
    return cancellation


def confirm_cancellation(rfp: Rfp, *, request: int, actor: User) -> Cancellation:
    """The second person cancels, for good, with the reason that person read: `request` counts how often it was asked.

    Effects: the page says so and why; nothing is submitted any more; drafts and submissions stay sealed and readable
    for their own team; every team is told.
    """
    call = lock(rfp)
    now = official_now()
    call_state(call, now)
    cancellation = queries.find_cancellation(call)
    if cancellation is None:
        raise StateError("Nobody has asked for this cancellation.")
    if not policy.may_confirm(actor, cancellation):
        raise AccessDeniedError(
            "You asked for this cancellation, so someone else must confirm it: another program manager or a director."
        )
    if queries.count_cancellations(call) != request:
        raise StateError("This was withdrawn and asked again after you opened the page. Look at it again.")
    cancellation.confirmed_by, cancellation.confirmed_at = actor, now
    db.session.flush()
    stamp_cancelled(call, at=now, reason=cancellation.reason)
    record("cancellation.confirmed", cancellation, actor=actor, reason=cancellation.reason)
    record("rfp.cancelled", call, actor=actor, reason=cancellation.reason)
    notices.tell_cancelled(cancellation)
    notices.announce_cancellation(cancellation)
    cohort_cancelled.send(call, cancellation=cancellation)
    return cancellation


def withdraw_cancellation(rfp: Rfp, *, actor: User) -> None:
    """Take the request back; the call goes on."""
    require(policy.may_return(actor))
    call = lock(rfp)
    cancellation = queries.find_cancellation(call)
    if cancellation is None or cancellation.confirmed_at is not None:
        raise StateError("No cancellation of this call is waiting.")
    cancellation.withdrawn_at = official_now()
    record("cancellation.withdrawn", cancellation, actor=actor)
