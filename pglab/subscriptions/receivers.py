"""What followers have to do with mail that does not arrive."""

from pglab.outbox.services import address_refused
from pglab.subscriptions import services


@address_refused.connect
def stop_mailing(address: str) -> None:
    """A mailbox that is not there gets no more news."""
    services.note_bounce(address)
