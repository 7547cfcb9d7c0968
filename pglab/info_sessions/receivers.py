"""What the pages and files of a call show of its sessions, and what becomes of them when the call is cancelled."""

from typing import Any

from pglab.addenda.models import Cancellation
from pglab.addenda.services import cohort_cancelled
from pglab.info_sessions import queries
from pglab.outbox.services import defer
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Gathering, gatherings_asked


@gatherings_asked.connect
def name_sessions(rfp: Rfp, **_rest: object) -> list[Gathering]:
    """Every session of the call, also a cancelled one: who wrote its date down has to learn that."""
    return [queries.gathering_of(session) for session in queries.list_sessions(rfp)]


@cohort_cancelled.connect
def end_sessions(_rfp: Rfp, *, cancellation: Cancellation, **_rest: Any) -> None:
    """Everyone with a place in a session that has not begun learns that it does not take place."""
    defer("info_sessions.end_with_call", cancellation_id=cancellation.id)
