"""Working off the job queue. `queue` knows the tasks; only a worker loads this, for the library behind it is large.

A domain declares its tasks in `jobs.py` with `@queue.task(name="<domain>.<verb>")`.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import procrastinate
from flask import Flask
from procrastinate import exceptions
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker
from sqlalchemy.engine import make_url

# Knows every task by name; it is connected only inside `run_worker`.
queue = procrastinate.App(connector=procrastinate.PsycopgConnector())

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10
STALLED_AFTER_SECONDS = 30
STOP_WITHIN_SECONDS = 30
AT_ONCE = 4
# How long the next job `in_turn` waits after the one before it: nothing tells a worker that its turn has come.
TURN_SECONDS = 0.25


def run_worker(
    app: Flask, database_url: str, *, modules: Sequence[str], until_idle: bool = False, listen: bool = True
) -> None:
    """Work off jobs until SIGTERM or SIGINT, or, with `until_idle`, until none is left.

    Each job runs in an app context of its own. On a stop signal no new job is taken and the running one has
    STOP_WITHIN_SECONDS to end; a job cut off there is found stalled and run again, so every job must bear that.
    """
    conninfo = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo, min_size=1, max_size=4, kwargs={"application_name": "pglab worker"}
    )
    queue.import_paths = modules
    with queue.replace_connector(connector):
        queue.run_worker(
            name="worker",
            concurrency=AT_ONCE,
            fetch_job_polling_interval=TURN_SECONDS,
            wait=not until_idle,
            listen_notify=listen and not until_idle,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
            shutdown_graceful_timeout=STOP_WITHIN_SECONDS,
            task_middleware=[_inside(app)],
        )


def _inside(app: Flask) -> Callable[[Callable[[], Any], JobContext, Worker], Any]:
    def in_app_context(run: Callable[[], Any], _context: JobContext, _worker: Worker) -> Any:
        with app.app_context():
            return run()

    return in_app_context


async def retry_stalled_jobs(context: JobContext) -> int:
    """Run again what a worker left behind when it died; the number of such jobs."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
    for job in stalled:
        await _retry_or_let_be(manager, job)
    return len(stalled)


async def _retry_or_let_be(manager: JobManager, job: Job) -> None:
    try:
        await manager.retry_job(job)
    except exceptions.UniqueViolation:  # the same work already waits under its queueing lock
        await manager.finish_job_by_id_async(job.id or 0, Status.FAILED, delete_job=False)
    except exceptions.ConnectorException as fault:  # another worker found it first, or its own worker lives after all
        logger.info("job %s was not run again: %s", job.id, fault.__cause__)


async def remove_old_jobs(context: JobContext, *, hours: int) -> None:
    """Forget jobs that ended more than `hours` ago; what happened stands in the domains' own rows."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=hours, include_failed=True, include_cancelled=True, include_aborted=True
    )
