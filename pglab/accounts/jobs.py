"""What the worker does for accounts."""

from pglab.accounts import services
from pglab.accounts.services import LinkKind
from pglab.adapters.queue import queue
from pglab.core.db import transaction


@queue.task(name="accounts.send_link")
def send_link(kind: str, email: str) -> None:
    """Mail the confirm or reset link that somebody asked for."""
    with transaction():
        services.send_link(LinkKind(kind), email)
