"""What the worker does for files: the virus scan, and the nightly housekeeping of the store."""

from uuid import UUID

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.documents import services


@queue.task(name="documents.scan_document")
def scan_document(document_id: str) -> None:
    """Have one file judged; the verdict stands on the file."""
    with transaction():
        services.scan_document(UUID(document_id))


@queue.periodic(cron="* * * * *")
@queue.task(name="documents.queue_waiting_scans", queueing_lock="documents.queue_waiting_scans")
def queue_waiting_scans(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every minute: files that a dead or slow scanner left waiting are asked about again."""
    with transaction():
        return services.queue_waiting_scans()


@queue.task(name="documents.draw_pages")
def draw_pages(document_id: str) -> None:
    """Have the pages of one file drawn for its readers."""
    with transaction():
        services.draw_pages(UUID(document_id))


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="documents.queue_undrawn", queueing_lock="documents.queue_undrawn")
def queue_undrawn(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every ten minutes: files whose pages could not be drawn because something was away are asked for again."""
    with transaction():
        return services.queue_undrawn()


@queue.periodic(cron="40 7 * * *")
@queue.task(name="documents.sweep_unclaimed", queueing_lock="documents.sweep_unclaimed")
def sweep_unclaimed(timestamp: int) -> int:  # noqa: ARG001  (as above)
    """Once a night (7:40 UTC) remove what unfinished uploads left in the store."""
    with transaction():
        leftovers = list(services.list_leftovers())
    removed = 0
    for leftover in leftovers:
        with transaction():
            removed += services.remove_leftover(leftover)
    return removed
