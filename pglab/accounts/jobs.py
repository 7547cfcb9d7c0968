"""What the worker does for accounts."""

from pglab.accounts import services
from pglab.accounts.services import LinkKind
from pglab.adapters.worker import queue
from pglab.core.db import transaction


@queue.task(name="accounts.send_link")
def send_link(kind: str, email: str) -> None:
    """Mail the confirm or reset link that somebody asked for."""
    with transaction():
        services.send_link(LinkKind(kind), email)


@queue.periodic(cron="40 * * * *")
@queue.task(name="accounts.remove_old_kept_forms", queueing_lock="accounts.remove_old_kept_forms")
def remove_old_kept_forms(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every hour: forms that nobody came back for within a day are forgotten."""
    with transaction():
        return services.remove_old_kept_forms()


@queue.periodic(cron="10 * * * *")
@queue.task(name="accounts.remove_old_tries", queueing_lock="accounts.remove_old_tries")
def remove_old_tries(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every hour: tries older than a day are forgotten."""
    with transaction():
        return services.remove_old_tries()
