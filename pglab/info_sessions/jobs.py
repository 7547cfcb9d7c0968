"""What the worker does for sessions: remind who has a place, and forget who never confirmed."""

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.info_sessions import services


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="info_sessions.remind", queueing_lock="info_sessions.remind")
def remind(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every ten minutes: what begins within a day, once for each session."""
    with transaction():
        return services.remind()


@queue.periodic(cron="40 7 * * *")
@queue.task(name="info_sessions.forget_unconfirmed", queueing_lock="info_sessions.forget_unconfirmed")
def forget_unconfirmed(timestamp: int) -> int:  # noqa: ARG001  (as above)
    """Once a night (7:40 UTC): addresses that somebody typed a month ago and nobody confirmed."""
    with transaction():
        return services.forget_unconfirmed()
