"""What the worker does for proposals: telling teams what whoever caused it may not know about them."""

from uuid import UUID

from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.proposals import services
from pglab.proposals.models import ReminderKind


@queue.task(name="proposals.tell_submitted")
def tell_submitted(submission_id: str) -> None:
    """Owe a team the receipt of what it submitted."""
    with transaction():
        services.tell_submitted(UUID(submission_id))


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


@queue.task(name="proposals.tell_outage")
def tell_outage(outage_id: str) -> None:
    """Owe teams with drafts the news of an outage shortly before their deadline."""
    with transaction():
        services.tell_teams_of_outage(UUID(outage_id))


@queue.task(name="proposals.follow_verdict")
def follow_verdict(document_id: str) -> None:
    """A file failed its virus check: the one it replaced comes back, and the team is told."""
    with transaction():
        services.follow_verdict(UUID(document_id))


@queue.task(name="proposals.tell_answers")
def tell_answers(rfp_id: str) -> int:
    """The one news of a day: which questions were answered."""
    with transaction():
        return services.tell_answers(UUID(rfp_id))


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="proposals.plan_reminders", queueing_lock="proposals.plan_reminders")
def plan_reminders(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every five minutes: which teams to remind of a deadline."""
    with transaction():
        return services.plan_reminders()


@queue.task(name="proposals.remind")
def remind(proposal_id: str, kind: str) -> int:
    """Remind one team of its deadline, or tell it that the deadline has passed."""
    with transaction():
        return services.remind(UUID(proposal_id), ReminderKind(kind))


@queue.task(name="proposals.tell_withdrawn")
def tell_withdrawn(withdrawal_id: str) -> None:
    """Owe the program and the readers of an opened proposal the notice that it was withdrawn."""
    with transaction():
        services.tell_readers_of_withdrawal(UUID(withdrawal_id))


@queue.task(name="proposals.tell_clarified")
def tell_clarified(clarification_id: str) -> None:
    """Owe the program and the readers of a proposal the notice that a clarification was answered."""
    with transaction():
        services.tell_readers_of_answer(UUID(clarification_id))


@queue.task(name="proposals.remind_of_clarification")
def remind_of_clarification(clarification_id: str) -> int:
    """Remind one team of an answer that is due within a day."""
    with transaction():
        return services.remind_of_clarification(UUID(clarification_id))
