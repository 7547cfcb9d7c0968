"""Stamps of later stages. Higher domains decide and record; the RFP keeps the instant, once, for its phase."""

from datetime import datetime

from pglab.core.db import db
from pglab.core.errors import StateError
from pglab.rfps.models import Rfp
from pglab.rfps.states import RFP_WORKFLOW, RfpEvent


def stamp_opened(rfp: Rfp, *, at: datetime, root: str) -> None:
    """The proposals were opened; `root` is the Merkle root of the set. The database takes no submission after this."""
    if rfp.opened_at is not None:
        raise StateError("The proposals have already been opened.")
    rfp.opened_at, rfp.opening_root = at, root
    db.session.flush()


def stamp_cancelled(rfp: Rfp, *, at: datetime, reason: str) -> None:
    """Two people cancelled the call, with the reason everyone reads."""
    RFP_WORKFLOW.fire(rfp, RfpEvent.CANCEL)
    rfp.cancelled_at, rfp.cancel_reason = at, reason
    db.session.flush()


def stamp_panel(rfp: Rfp, *, at: datetime) -> None:
    """The panel stage began: scores are compared from here on."""
    if rfp.panel_opened_at is not None:
        raise StateError("The panel stage is already open.")
    rfp.panel_opened_at = at
    db.session.flush()


def stamp_decided(rfp: Rfp, *, at: datetime) -> None:
    """The decisions were released."""
    if rfp.decided_at is not None:
        raise StateError("The decisions have already been released.")
    rfp.decided_at = at
    db.session.flush()


def stamp_completed(rfp: Rfp, *, at: datetime) -> None:
    """Everything that was promised in this cohort was delivered and paid."""
    if rfp.completed_at is not None:
        raise StateError("This cohort is already complete.")
    rfp.completed_at = at
    db.session.flush()
