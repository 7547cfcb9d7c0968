"""One connection to PostgreSQL that keeps what it has planned.

Most of what PostgreSQL spends on a page is planning: every sealed table brings its policies into every plan. psycopg
has a statement prepared once it was sent a few times, and PostgreSQL then plans it once for a connection; but psycopg
forgets all of them with every ROLLBACK, because what they name may have been made in the transaction that is undone.
Every page that was only looked at ends with a ROLLBACK, and the application's role makes no tables. See
docs/decisions/0030.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

# How many statements one connection keeps planned: about as many as a signed-in person's pages send.
MOST_PREPARED = 250


class Connection(psycopg.Connection):
    """As psycopg's, but a ROLLBACK leaves the prepared statements in place, as it does in PostgreSQL. After a statement
    that failed they are forgotten: it may have been a plan that a migration made invalid."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.prepared_max = MOST_PREPARED

    def rollback(self) -> None:
        """Undo what was done since the last commit. Raises OperationalError where the connection is lost."""
        keeping = self.pgconn.transaction_status == TransactionStatus.INTRANS
        if not keeping or self.pgconn.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
            super().rollback()
