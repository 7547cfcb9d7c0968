"""What the pages and files of a call show of its sessions."""

from pglab.info_sessions import queries
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Gathering, gatherings_asked


@gatherings_asked.connect
def name_sessions(rfp: Rfp, **_rest: object) -> list[Gathering]:
    """Every session of the call, also a cancelled one: who wrote its date down has to learn that."""
    return [queries.gathering_of(session) for session in queries.list_sessions(rfp)]
