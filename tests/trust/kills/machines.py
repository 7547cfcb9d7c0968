"""A database server and a file store of this proof's own, so that they can be killed."""

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from config import Settings
from pglab.adapters.embedded import ensure_settings, start_postgres, start_store
from pglab.adapters.embedded.postgres import DATABASE, connect, data_folder, postgres_address
from pglab.adapters.embedded.processes import servers_in
from pglab.adapters.embedded.store import store_folder


@dataclass(frozen=True)
class Machines:
    """Both servers of one state folder."""

    state: Path

    def start(self) -> None:
        """Start what does not run; a server that was killed recovers by itself."""
        start_postgres(self.state)
        start_store(self.state)

    def settings(self) -> Settings:
        """The product's settings in the test environment on these servers."""
        return Settings.from_env(
            {**ensure_settings(self.state), "PGLAB_ENVIRONMENT": "test", "BASE_URL": "http://localhost"}
        )

    def kill_database(self) -> None:
        """Every process of the database server at once: nothing that was only in memory is left."""
        _kill(servers_in(data_folder(self.state), "postgres"))

    def kill_store(self) -> None:
        """The file store."""
        _kill(servers_in(store_folder(self.state), "weed"))

    def commit_lazily(self, lazily: bool) -> None:
        """Have commits acknowledged before they are on disk, which the product's settings forbid; or no longer."""
        with connect(postgres_address(self.state)) as connection:
            connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = {'off' if lazily else 'on'}")


def fill_disk_of(process: int) -> None:
    """From now on this server process can write to no file any more; PostgreSQL takes that for a full disk."""
    psutil.Process(process).rlimit(resource.RLIMIT_FSIZE, (0, 0))


@contextmanager
def own_machines() -> Iterator[Machines]:
    """Both servers in a folder of their own, gone afterwards."""
    state = Path(tempfile.mkdtemp(prefix="pglab-kills-"))
    state.chmod(0o711)
    machines = Machines(state)
    try:
        machines.start()
        yield machines
    finally:
        machines.kill_database()
        machines.kill_store()
        shutil.rmtree(state, ignore_errors=True)


def _kill(servers: list[psutil.Process]) -> None:
    for server in servers:
        with suppress(psutil.NoSuchProcess):
            server.kill()
    psutil.wait_procs(servers, timeout=10)
