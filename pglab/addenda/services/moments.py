"""When an official change is still possible: while proposals are taken, or sealed; never after the opening."""

from datetime import datetime
from enum import StrEnum

from pglab.core.errors import StateError
from pglab.core.workdays import workdays_since
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus

# Closer to the deadline than this, startups are told why the change could not come earlier.
CALM_BUSINESS_DAYS = 3


class CallState(StrEnum):
    """How far a published call is, as far as addenda care."""

    RUNNING = "running"
    SEALED = "sealed"


def call_state(rfp: Rfp, now: datetime) -> CallState:
    """Whether proposals are still taken or are sealed; StateError when the call can no longer change."""
    if rfp.status is RfpStatus.CANCELLED:
        raise StateError(f"{rfp.reference} was cancelled. Nothing in it changes any more.")
    if rfp.status is not RfpStatus.PUBLISHED:
        raise StateError(f"{rfp.reference} is not published. Change the draft itself.")
    if rfp.opened_at is not None:
        raise StateError("The proposals have been opened. The RFP no longer changes.")
    return CallState.RUNNING if now <= rfp.closes_at else CallState.SEALED


def business_days_left(now: datetime, closes_at: datetime) -> int:
    """Business days after today up to and including the day of the deadline, in Eastern time."""
    return workdays_since(now, closes_at)


def needs_reason(rfp: Rfp, now: datetime) -> bool:
    """Whether an addendum issued now comes so late that it has to say why."""
    return business_days_left(now, rfp.closes_at) < CALM_BUSINESS_DAYS


def late_sentence(rfp: Rfp, now: datetime) -> str:
    """What is asked of an addendum that comes late."""
    left = business_days_left(now, rfp.closes_at)
    days = f"{left} business {'day' if left == 1 else 'days'}"
    return f"This addendum is issued {days} before the deadline. Enter why, or move the deadline."
