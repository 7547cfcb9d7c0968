"""How long a request waits for the database, and the database for a request: nobody waits for ever.

Only connections that requests open are bound; jobs and commands may take their time. See docs/operations.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, has_request_context
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from pglab.adapters.connection import Connection
from pglab.core.db import db

ALWAYS = "-c timezone=UTC"
# What is raised where the database does not answer in time: for a statement, for a lock, or with a connection at all.
AWAY: tuple[type[Exception], ...] = (OperationalError, NoConnectionError)
CUT_OFF = "25P03"  # the database ended a transaction in which nothing happened for too long


@dataclass(frozen=True)
class Patience:
    """The connections one process may hold, and the longest waits in seconds: for one of them, for a lock, for a
    statement's end, and of the database for the next statement of a transaction. `plans_once`: the few statements of
    this process are planned once for all values, so that it is warm after its first requests (docs/decisions/0030)."""

    connections: int
    spare: int
    for_connection: float
    for_lock: float
    for_statement: float
    between_statements: float
    plans_once: bool = False

    def options(self) -> str:
        """The same as PostgreSQL reads it when a connection begins."""
        told: dict[str, object] = {
            "lock_timeout": int(self.for_lock * 1000),
            "statement_timeout": int(self.for_statement * 1000),
            "idle_in_transaction_session_timeout": int(self.between_statements * 1000),
            "plan_cache_mode": "force_generic_plan" if self.plans_once else "auto",
        }
        return " ".join(f"-c {name}={value}" for name, value in told.items())


# A hung request loses its locks before whoever waits behind it gives up; a submission waits longer than anything else.
GENERAL = Patience(8, 8, for_connection=10, for_lock=20, for_statement=25, between_statements=15)
ARRIVAL = Patience(4, 2, for_connection=25, for_lock=25, for_statement=30, between_statements=15, plans_once=True)


def patience_of(share: str) -> Patience:
    """The limits of the processes that take submissions in, or of all others."""
    return ARRIVAL if share == "arrival" else GENERAL


def engine_options(patience: Patience) -> dict[str, Any]:
    """The pool of one process. A fault's message never carries what a statement was to store: it may be sealed."""
    return {
        "pool_size": patience.connections,
        "max_overflow": patience.spare,
        "pool_timeout": patience.for_connection,
        "connect_args": {
            "options": ALWAYS,
            "connect_timeout": 5,
            "prepare_threshold": 1 if patience.plans_once else 5,  # sent so often, a statement is prepared
        },
        "hide_parameters": True,
    }


def init_patience(app: Flask, patience: Patience) -> None:
    """Bind every connection that a request opens to these limits, without a statement more."""
    with app.app_context():
        event.listen(db.engine, "do_connect", _connecting(patience.options()))


def _connecting(limits: str) -> Callable[..., Connection]:
    def connect(_dialect: Any, _entry: ConnectionPoolEntry, args: list[Any], given: dict[str, Any]) -> Connection:
        if has_request_context():
            given["options"] = f"{ALWAYS} {limits}"
        return Connection.connect(*args, **given)

    return connect


def is_away(error: Exception) -> bool:
    """Whether this fault says that the database did not answer in time, or not at all: nothing was saved, and trying
    again later helps."""
    if isinstance(error, AWAY):
        return True
    cut_off = isinstance(error, InternalError) and getattr(error.orig, "sqlstate", "") == CUT_OFF
    return cut_off or (isinstance(error, DBAPIError) and error.connection_invalidated)
