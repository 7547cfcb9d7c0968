"""What the worker does for questions."""

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.questions import services


@queue.periodic(cron="50 7 * * *")
@queue.task(name="questions.remove_unconfirmed", queueing_lock="questions.remove_unconfirmed")
def remove_unconfirmed(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Once a night (7:50 UTC): questions that nobody confirmed are forgotten."""
    with transaction():
        return services.remove_unconfirmed()
