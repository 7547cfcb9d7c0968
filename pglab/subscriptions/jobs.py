"""What the worker does for followers: mail them what is due, and forget who has stopped."""

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.subscriptions import services


@queue.task(name="subscriptions.tell_followers")
def tell_followers() -> None:
    """Something has become public: mail it to whoever is to be told at once."""
    tell_all()


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="subscriptions.tell_waiting_followers", queueing_lock="subscriptions.tell_waiting_followers")
def tell_waiting_followers(timestamp: int) -> None:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every five minutes: the digest at 8 a.m., what waited for the morning, what ten minutes brought together."""
    tell_all()


@queue.periodic(cron="50 7 * * *")
@queue.task(name="subscriptions.forget_old", queueing_lock="subscriptions.forget_old")
def forget_old(timestamp: int) -> int:  # noqa: ARG001  (as above)
    """Once a night (7:50 UTC): who stopped a month ago is forgotten, and what nobody confirmed in time."""
    with transaction():
        return services.forget_old()


def tell_all() -> None:
    """Fifty followers a transaction, until all are told."""
    due = 1
    while due:
        with transaction():
            due = services.tell_followers()
