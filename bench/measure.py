"""Serving the product and a floor side by side, loading both with the same client, and printing the comparison."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from config import ROOT

CONNECTIONS = 16
SECONDS = 2.0
PAIRS = 3


@dataclass(frozen=True)
class Load:
    """What one load measured: requests per second, and milliseconds at the median and the 99th percentile."""

    rate: float
    p50: float
    p99: float
    requests: int


@contextmanager
def served(target: str, environment: dict[str, str]) -> Iterator[int]:
    """Granian serving `target` (module:app) on a free loopback port, as in production; stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "4", target),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    """Until the port answers; a server that does not come up within 20 s is an error."""
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not come up")


def load(port: int, path: str) -> Load:
    """GET `path` over kept connections for a bounded time; anything but 200 is an error, since a refusal is fast."""
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.perf_counter() < end:
            began = time.perf_counter()
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            times.append((time.perf_counter() - began) * 1000)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return Load(len(times) / SECONDS, times[len(times) // 2], times[int(len(times) * 0.99)], len(times))


def alternate(ours: Callable[[], Load], floor: Callable[[], Load]) -> tuple[Load, Load]:
    """Ours and the floor in turn, at least three pairs; the pair with the median ratio."""
    pairs = [(ours(), floor()) for _ in range(PAIRS)]
    return sorted(pairs, key=lambda pair: pair[0].rate / pair[1].rate)[PAIRS // 2]


def report(job: str, ours: Load, floor: Load, *, statements: int) -> None:
    """The job's one line."""
    print(
        json.dumps(
            {
                "job": job,
                "value": round(ours.rate, 1),
                "unit": "req/s",
                "floor": round(floor.rate, 1),
                "ratio": round(ours.rate / floor.rate, 3),
                "p50_ms": round(ours.p50, 2),
                "p99_ms": round(ours.p99, 2),
                "sql": statements,
                "n": ours.requests,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "commit": subprocess.run(
                    ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
                ).stdout.strip(),
            }
        )
    )


def median_ms(act: Callable[[], None], times: int) -> Load:
    """How long `act` takes, done `times` times in a row."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return Load(1000 / statistics.fmean(taken), taken[len(taken) // 2], taken[int(len(taken) * 0.99)], times)
