"""What one process costs: how long until a web worker answers, and how much memory web and worker hold under load."""

import os
import signal
import subprocess
import sys
import time
from itertools import repeat
from pathlib import Path

from bench.client import Load, drive, one, request
from bench.jobs.reading import FINANCE, MANAGER
from bench.measuring import alternate, report
from bench.people import signed_in
from bench.server import Server, environment_of, served
from bench.world import COHORT, OPEN_COHORT, city, judged
from config import ROOT

SETTLE_SECONDS = 6.0


def memory(process: int) -> float:
    """What one process holds that is in memory now, in MiB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell how much memory a process holds")


def cold_start() -> None:
    """From the command to the first whole page of one worker; the floor is bare Flask with a connection."""
    with city() as (settings, _load):
        ours = {**environment_of(settings), "BENCH_FIRST_PAGE": "/help"}
        page = ROOT / "README.md"
        floors = {**environment_of(settings), "FLOOR_PAGE": str(page), "BENCH_FIRST_PAGE": "/page"}
        pair = alternate(lambda: started("wsgi:app", ours), lambda: started("bench.floor:app", floors), pairs=5)
    took, least = pair.ours.percentile(0.5), pair.floor.percentile(0.5)
    report("cold_start", value=took, unit="ms", floor=least, ratio=least / took, n=1)


def started(target: str, environment: dict[str, str]) -> Load:
    """How long one worker takes to answer for the first time."""
    began = time.perf_counter()
    with served(target, environment, workers=1):
        took = (time.perf_counter() - began) * 1000
    return Load(took / 1000, [took])


def memory_web() -> None:
    """The larger of two web workers after they have shown all kinds of pages many times, against bare Flask."""
    with city() as (settings, load):
        judged(load, 300)
        manager, finance = signed_in(settings, MANAGER, FINANCE)
        page = ROOT / "README.md"
        asked = [
            request("/"),
            request(f"/cohorts/{OPEN_COHORT}"),
            manager.get(f"/manage/cohorts/{COHORT}/ranking"),
            manager.get(f"/manage/cohorts/{COHORT}/proposals"),
            manager.get("/manage"),
            finance.get("/finance"),
            request("/transparency"),
        ]
        with served("wsgi:app", environment_of(settings)) as server:
            drive(server.port, (one(sent) for sent in asked * 60), at_once=16)
            ours = largest(server)
        floors = {**environment_of(settings), "FLOOR_PAGE": str(page), "BENCH_FIRST_PAGE": "/page"}
        with served("bench.floor:app", floors) as server:
            drive(server.port, (one(sent) for sent in repeat(request(f"/ranking/{COHORT}"), 420)), at_once=16)
            least = largest(server)
    report("memory_web", value=ours, unit="MiB", floor=least, ratio=least / ours, n=420)


def largest(server: Server) -> float:
    """The memory of the server's largest worker."""
    return max(memory(worker) for worker in server.workers())


def memory_worker() -> None:
    """The worker after it has worked off what waited, against a Python process with a database connection."""
    with city() as (settings, _load):
        environment = {**os.environ, **environment_of(settings)}
        ours = settled([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], environment)
        bare = (
            "import psycopg, os, time; "
            "c = psycopg.connect(os.environ['DATABASE_URL'].replace('+psycopg', '')); time.sleep(60)"
        )
        least = settled([sys.executable, "-c", bare], environment)
    report("memory_worker", value=ours, unit="MiB", floor=least, ratio=least / ours, n=1)


def settled(command: list[str], environment: dict[str, str]) -> float:
    """The memory of a process some seconds after its start."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        time.sleep(SETTLE_SECONDS)
        return memory(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(40)
