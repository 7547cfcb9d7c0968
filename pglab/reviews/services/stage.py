"""The lock that keeps the stages of an RFP apart: evaluators share it, whoever moves the stage takes it alone."""

from sqlalchemy import select

from pglab.core.db import db
from pglab.core.errors import GoneError, StateError
from pglab.rfps.models import Rfp


def lock_rfp(rfp: Rfp, *, alone: bool = False) -> Rfp:
    """The RFP as it stands now, held until the end of the transaction."""
    return db.session.scalars(
        select(Rfp)
        .where(Rfp.id == rfp.id)
        .with_for_update(read=not alone, of=Rfp)
        .execution_options(populate_existing=True)
    ).one()


def lock_scoring(rfp: Rfp) -> Rfp:
    """The RFP, held in the stage between opening and panel; refused before and after it."""
    call = lock_rfp(rfp)
    if call.opened_at is None:
        raise StateError("The proposals are still sealed. Scoring starts after the opening.")
    if call.panel_opened_at is not None:
        raise GoneError("The panel stage has opened, so scores can’t be changed any more.")
    return call
