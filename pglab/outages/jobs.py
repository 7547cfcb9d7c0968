"""What the worker does for the log of outages: it watches."""

from flask import current_app

from pglab.adapters.storage import current_store
from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.core.errors import UnavailableError
from pglab.outages import services


@queue.periodic(cron="* * * * *")
@queue.task(name="outages.watch", queueing_lock="outages.watch")
def watch(timestamp: int) -> None:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every minute: whether the site and the file store have been heard of."""
    if not current_app.config["SETTINGS"].watch_outages:
        return
    try:
        current_store().exists("health-check")
        answers = True
    except UnavailableError:
        answers = False
    with transaction():
        services.watch(files_answer=answers)
