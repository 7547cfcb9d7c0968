"""What the worker does for proposals: telling teams what whoever caused it may not know about them."""

from uuid import UUID

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.proposals import services


@queue.task(name="proposals.tell_addendum")
def tell_addendum(addendum_id: str) -> None:
    """Owe every team with a proposal the notice of an issued addendum."""
    with transaction():
        services.tell_teams_of_addendum(UUID(addendum_id))


@queue.task(name="proposals.tell_cancelled")
def tell_cancelled(cancellation_id: str) -> None:
    """Owe every team with a proposal the notice of a cancelled call."""
    with transaction():
        services.tell_teams_of_cancellation(UUID(cancellation_id))


@queue.task(name="proposals.tell_answers")
def tell_answers(rfp_id: str) -> int:
    """The one news of a day: which questions were answered."""
    with transaction():
        return services.tell_answers(UUID(rfp_id))
