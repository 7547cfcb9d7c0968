"""What the worker does for sessions: remind, tell who has a place when the call ends, forget who never confirmed."""

from uuid import UUID

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.info_sessions import services


@queue.task(name="info_sessions.end_with_call")
def end_with_call(cancellation_id: str) -> int:
    """Cancel what is left of the sessions of a cancelled call, and tell who has a place."""
    with transaction():
        return services.end_with_call(UUID(cancellation_id))


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="info_sessions.remind", queueing_lock="info_sessions.remind")
def remind(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every ten minutes: what begins within a day, once for each session, and not at night."""
    with transaction():
        return services.remind()


@queue.periodic(cron="40 7 * * *")
@queue.task(name="info_sessions.forget_unconfirmed", queueing_lock="info_sessions.forget_unconfirmed")
def forget_unconfirmed(timestamp: int) -> int:  # noqa: ARG001  (as above)
    """Once a night (7:40 UTC): addresses that somebody typed a month ago and nobody confirmed."""
    with transaction():
        return services.forget_unconfirmed()
