"""The job queue: rows in the same PostgreSQL, written in the caller's transaction, worked off by any number of workers.

A service asks for a task by its name through `outbox.services.defer`, so that no service imports a job. Adding a job
calls the function that migration 0003 made; the library of the worker (`adapters/worker.py`) is not needed for it.
"""

from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

ADD = """
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
        'default', %(task)s, 0, %(in_turn)s, %(only_one)s, %(arguments)s, clock_timestamp() + %(later)s
    )::procrastinate_job_to_defer_v1]))
"""
IS_WAITING = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'"


def add_job(
    connection: Any,
    task_name: str,
    arguments: dict[str, Any],
    *,
    later: timedelta | None,
    only_one: str | None,
    in_turn: str | None = None,
) -> int | None:
    """Put a job into the queue on `connection` (a psycopg connection): it exists only if that transaction commits.

    It runs `later` from now, at once without. With `only_one` a second job of that name is not queued while the first
    one waits; None is returned then. Jobs `in_turn` of the same name run one after the other.
    """
    job = {
        "task": task_name,
        "arguments": Jsonb(arguments),
        "later": later,
        "only_one": only_one,
        "in_turn": in_turn,
    }
    with connection.cursor() as cursor:
        if only_one is not None and cursor.execute(IS_WAITING, (only_one,)).fetchone() is not None:
            return None
        return int(cursor.execute(ADD, job).fetchone()[0])
