"""The product, or a floor, served as in production: the same server, the same number of processes and threads."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import ROOT, Settings
from tests.support import services

WORKERS, THREADS = 2, 4
# As deploy/pglab-web@.service: modules are compiled once, whatever whoever measures keeps Python from writing; the
# threads share two heaps.
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": "", "MALLOC_ARENA_MAX": "2", "GRANIAN_BLOCKING_THREADS": str(THREADS)}


@dataclass(frozen=True)
class Server:
    """A served application: its port, and the process that started its workers."""

    port: int
    process: int

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        told = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process)], capture_output=True, text=True, check=False
        )
        return [int(line) for line in told.stdout.split()]


def command(kind: str, port: int, target: str, workers: int) -> list[str]:
    """How each kind of server is started."""
    if kind == "gunicorn":
        layout = ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(THREADS)]
        return [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *layout, target]
    layout = ["--workers", str(workers), "--blocking-threads", str(THREADS)]
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), *layout, target),
    ]


@contextmanager
def served(target: str, environment: dict[str, str], *, workers: int = WORKERS, nice: int = 0) -> Iterator[Server]:
    """Serve `target` (module:app) on a free loopback port and wait until it answers; stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    kind = environment.get("BENCH_SERVER", "granian")
    process = subprocess.Popen(
        ["nice", "-n", str(nice), *command(kind, port, target, workers)],
        cwd=ROOT,
        env={**os.environ, **AS_INSTALLED, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port, environment.get("BENCH_FIRST_PAGE", "/"))
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(port: int, path: str) -> None:
    """Until a page comes; a server that does not answer within two minutes is an error."""
    for _ in range(12_000):
        with socket.socket() as probe:
            probe.settimeout(30)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                probe.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                if probe.recv(12):
                    return
        time.sleep(0.01)
    raise RuntimeError("the server did not come up")


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings of a served copy of the product on one database."""
    return {
        **services.settings(),
        "PGLAB_ENVIRONMENT": "development",
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "BASE_URL": "http://localhost",
        "KEEP_PAGES": "yes",
        "BENCH_SERVER": os.environ.get("BENCH_SERVER", "granian"),
    }


@contextmanager
def product(settings: Settings) -> Iterator[Server]:
    """The product, on a database that knows its tables' sizes, as it would a minute after they were filled."""
    with psycopg.connect(settings.database_owner_url.replace("+psycopg", "")) as connection:
        connection.execute("ANALYZE")
    with served("wsgi:app", environment_of(settings)) as server:
        yield server


@contextmanager
def floor(settings: Settings, page: str = "") -> Iterator[Server]:
    """The floor of every job, on the same database; `page` is what its plain page says."""
    kept = Path(settings.state_dir) / f"floor-{os.getpid()}.html"
    kept.write_text(page, encoding="utf-8")
    environment = {**environment_of(settings), "FLOOR_PAGE": str(kept), "BENCH_FIRST_PAGE": "/page"}
    try:
        with served("bench.floor:app", environment) as server:
            yield server
    finally:
        kept.unlink()
