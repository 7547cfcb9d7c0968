"""PostgreSQL and a file store on the developer's own machine, started by one command.

Everything listens on loopback or on a private Unix socket, with secrets generated into the state folder.
Both are the real thing (PostgreSQL 18, an S3 server), so development and tests meet the behavior of
production. Production itself brings its own servers: its settings refuse these.
"""

from pglab.adapters.embedded.postgres import (
    PostgresAddress,
    ensure_database,
    postgres_is_running,
    start_postgres,
    stop_postgres,
)
from pglab.adapters.embedded.processes import EmbeddedError
from pglab.adapters.embedded.settings import ensure_settings
from pglab.adapters.embedded.store import StoreAddress, ensure_bucket, start_store, stop_store, store_is_running

__all__ = [
    "EmbeddedError",
    "PostgresAddress",
    "StoreAddress",
    "ensure_bucket",
    "ensure_database",
    "ensure_settings",
    "postgres_is_running",
    "start_postgres",
    "start_store",
    "stop_postgres",
    "stop_store",
    "store_is_running",
]
