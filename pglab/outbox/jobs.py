"""What the worker does for the outbox: deliver mail, and look after the queue itself."""

from uuid import UUID

from procrastinate import JobContext

from pglab.adapters import worker
from pglab.adapters.worker import queue
from pglab.core.db import transaction
from pglab.outbox import services

JOBS_KEPT_HOURS = 72


@queue.task(name="outbox.deliver_email")
def deliver_email(email_id: str) -> None:
    """Send one mail; how it went stands on the mail."""
    with transaction():
        services.deliver_email(UUID(email_id))


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="outbox.requeue_forgotten_emails", queueing_lock="outbox.requeue_forgotten_emails")
def requeue_forgotten_emails(timestamp: int) -> int:  # noqa: ARG001  (the queue passes the minute it was due)
    """Every five minutes: no mail waits without a job."""
    with transaction():
        return services.requeue_forgotten_emails()


@queue.periodic(cron="* * * * *")
@queue.task(name="outbox.retry_stalled_jobs", queueing_lock="outbox.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> int:  # noqa: ARG001  (as above)
    """Every minute: jobs of a worker that died are run again."""
    return await worker.retry_stalled_jobs(context)


@queue.periodic(cron="20 8 * * *")
@queue.task(name="outbox.remove_old_jobs", queueing_lock="outbox.remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  (as above)
    """Once a night (8:20 UTC): finished jobs older than three days are forgotten."""
    await worker.remove_old_jobs(context, hours=JOBS_KEPT_HOURS)
