"""Nightly housekeeping of the file store."""

from pglab.adapters.queue import queue
from pglab.documents import services


@queue.periodic(cron="40 7 * * *")
@queue.task(name="documents.sweep_unclaimed", queueing_lock="documents.sweep_unclaimed")
def sweep_unclaimed(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the hour it was due)
    """Once a night (7:40 UTC) remove what unfinished uploads left in the store."""
    return services.sweep_unclaimed()
