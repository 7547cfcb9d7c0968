"""Hours of a call that people come together in, as the domain that arranges them names them when it is asked."""

from dataclasses import dataclass
from datetime import datetime

from blinker import Signal

from pglab.rfps.models import Rfp

# Sent with an RFP; a domain above answers with its gatherings, in the order of their times.
gatherings_asked = Signal()


@dataclass(frozen=True)
class Gathering:
    """One such hour as the pages and files of the call show it; `path` says more."""

    title: str
    where: str
    path: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    recording_url: str
    uid: str
    changed_at: datetime
    sequence: int

    def state(self, now: datetime) -> tuple[str, str]:
        """What a page says of it now, and in which color."""
        if self.cancelled:
            return "Cancelled", "red"
        if now >= self.ends_at:
            return ("Recording", "blue") if self.recording_url else ("Over", "gray")
        return ("Now", "green") if now >= self.starts_at else ("Sign up", "green")


def list_gatherings(rfp: Rfp) -> list[Gathering]:
    """Everything people come together for in this call."""
    return [each for _receiver, named in gatherings_asked.send(rfp) for each in named]
