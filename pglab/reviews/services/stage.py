"""The lock that keeps the stages of an RFP apart: evaluators share it, whoever moves the stage takes it alone."""

from pglab.core.db import db
from pglab.core.errors import GoneError, StateError
from pglab.rfps.models import Rfp

STAMPS = ("status", "closes_at", "opened_at", "panel_opened_at", "decided_at", "completed_at")


def lock_rfp(rfp: Rfp, *, alone: bool = False) -> Rfp:
    """The RFP, held until the end of the transaction, with its stamps as they stand now."""
    db.session.refresh(rfp, STAMPS, with_for_update={"read": not alone, "of": Rfp})
    return rfp


def lock_scoring(rfp: Rfp) -> Rfp:
    """The RFP, held in the stage between opening and panel; refused before and after it."""
    call = lock_rfp(rfp)
    if call.opened_at is None:
        raise StateError("The proposals are still sealed. Scoring starts after the opening.")
    if call.panel_opened_at is not None:
        raise GoneError("The panel stage has opened, so scores can’t be changed any more.")
    return call
