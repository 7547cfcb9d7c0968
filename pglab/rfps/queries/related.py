"""What domains above have made public about one challenge: they name it when its page is shown."""

from blinker import Signal

from pglab.rfps.models import Rfp

# Sent with the RFP and the `slug` of a challenge; a domain answers with a list of (words, address).
related_asked = Signal()


def list_related(rfp: Rfp, slug: str) -> list[tuple[str, str]]:
    """Public pages about one challenge of the call: what each says, and its address."""
    return [link for _receiver, links in related_asked.send(rfp, slug=slug) for link in links]
