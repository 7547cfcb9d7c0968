"""`make run`: PostgreSQL, the file store, the web server and the worker on one machine, until Ctrl-C."""

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
import types
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click

from config import Settings, UnsafeSettingsError, state_folder
from pglab.adapters.embedded import (
    EmbeddedError,
    ensure_settings,
    postgres_is_running,
    start_postgres,
    start_store,
    stop_postgres,
    stop_store,
    store_is_running,
)
from pglab.adapters.embedded.processes import ensure_folder, last_lines
from pglab.adapters.embedded.settings import port_is_free
from pglab.cli.children import Child, end_leftovers, python_command, start_child, stop_children

DEFAULT_PORT = 8000
LOCK = "run.lock"


class CannotRunError(Exception):
    """Something on this machine stands in the way; the message says what to do about it."""


@dataclass(frozen=True)
class Plan:
    """What this run starts: external servers named in the settings are used, not started."""

    state: Path
    port: int
    verbose: bool
    base_url: str
    own_postgres: bool
    own_store: bool


@click.command()
@click.option("--port", type=int, default=None, help="Port of the site; a free one from 8000 up when not given.")
@click.option("--verbose", is_flag=True, help="Show each web request here.")
def main(port: int | None, verbose: bool) -> None:
    """Run PGH Lab on this machine until Ctrl-C."""
    state = ensure_folder(state_folder())
    stopping = stop_on_signals()
    try:
        with take_lock(state):
            run(state, port, verbose, stopping)
    except (CannotRunError, EmbeddedError) as error:
        click.secho(f"\nPGH Lab cannot run: {error}", fg="red", err=True)
        sys.exit(1)
    except UnsafeSettingsError as error:
        click.secho("\nPGH Lab cannot run with these settings:", fg="red", err=True)
        for problem in error.problems:
            click.secho(f"  - {problem}", fg="red", err=True)
        sys.exit(1)


def run(state: Path, port: int | None, verbose: bool, stopping: threading.Event) -> None:
    """Start everything, watch it, and stop what was started, whatever happens in between."""
    if end_leftovers(state):
        click.echo("Ended what an earlier run had left behind.")
    plan = make_plan(state, port, verbose)
    children: list[Child] = []
    try:
        start_services(plan)
        if not stopping.is_set():
            children.append(start_web(plan))  # meanwhile: it asks the database nothing before the first page
            prepare_database(plan, children, stopping)
        if not stopping.is_set():
            children.append(start_worker(plan))
            wait_for_site(plan, children, stopping)
            watch(plan, children, stopping)
    finally:
        with contextlib.suppress(OSError):  # the terminal may be gone; stopping matters more than saying so
            click.echo("\nStopping ...")
        stop_children(children)
        stop_services(plan)
        with contextlib.suppress(OSError):
            click.echo("Stopped. The data is kept; `make run` brings it back.")


def stop_on_signals() -> threading.Event:
    """An event that Ctrl-C, a closed terminal or a polite kill sets."""
    stopping = threading.Event()

    def stop(_number: int, _frame: types.FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


def take_lock(state: Path) -> IO[str]:
    """Hold the folder for this run alone. The system frees it when we end, however that happens."""
    lock = (state / LOCK).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip()
        lock.close()
        raise CannotRunError(f"it runs already (process {owner}). Stop it with Ctrl-C there, or: make stop") from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def make_plan(state: Path, port: int | None, verbose: bool) -> Plan:
    """Read the settings and decide what to start and where."""
    values = ensure_settings(state)
    settings = Settings.from_env()
    if settings.is_production:
        raise CannotRunError("`make run` is for development. See docs/operations.md for production.")
    chosen = choose_port(port if port is not None else settings.port, asked=port is not None)
    own_address = f"http://localhost:{settings.port}"
    return Plan(
        state=state,
        port=chosen,
        verbose=verbose,
        base_url=f"http://localhost:{chosen}" if settings.base_url == own_address else settings.base_url,
        own_postgres=settings.database_url == values["DATABASE_URL"],
        own_store=settings.s3_endpoint == values["S3_ENDPOINT"],
    )


def choose_port(wanted: int, *, asked: bool) -> int:
    """The port asked for or nothing; without a wish the first free one from 8000 up, and say so."""
    if port_is_free(wanted):
        return wanted
    if asked or wanted != DEFAULT_PORT:
        raise CannotRunError(f"port {wanted} is taken by another program. Choose one: make run PORT={wanted + 1}")
    free = next((port for port in range(wanted + 1, wanted + 100) if port_is_free(port)), None)
    if free is None:
        raise CannotRunError(f"ports {wanted} to {wanted + 99} are all taken. Choose one: make run PORT=...")
    click.echo(f"Port {wanted} is taken by another program; using {free}.")
    return free


def start_services(plan: Plan) -> None:
    """Start PostgreSQL and the file store side by side, unless the settings name servers of your own."""
    click.echo(f"PostgreSQL: {'starting' if plan.own_postgres else 'the server named in DATABASE_URL'}")
    click.echo(f"File store: {'starting' if plan.own_store else 'the server named in S3_ENDPOINT'}")
    with ThreadPoolExecutor() as pool:
        starts: list[tuple[bool, Callable[[Path], object]]] = [
            (plan.own_postgres, start_postgres),
            (plan.own_store, start_store),
        ]
        jobs = [pool.submit(start, plan.state) for owned, start in starts if owned]
    for job in jobs:
        job.result()


def stop_services(plan: Plan) -> None:
    """Stop the services this run uses and owns."""
    with ThreadPoolExecutor() as pool:
        stops = [(plan.own_postgres, stop_postgres), (plan.own_store, stop_store)]
        jobs = [pool.submit(stop, plan.state) for owned, stop in stops if owned]
    for job in jobs:
        job.result()


def prepare_database(plan: Plan, children: list[Child], stopping: threading.Event) -> None:
    """Bring the tables up to date and load the demo; both change nothing when there is nothing to do."""
    click.echo("Database:   bringing it and the demo up to date (the first time takes a while)")
    command = python_command(plan.state, plan.port, "-m", "pglab.cli.prepare")
    step = start_child("preparation of the database", command, plan.state / "log" / "prepare.log")
    children.append(step)
    while not step.has_ended and not stopping.wait(0.05):
        complain_about_ended(plan, [child for child in children if child is not step])
    if step.has_ended:
        if step.process.returncode != 0:
            raise CannotRunError(step.last_words(25))
        children.remove(step)


def start_web(plan: Plan) -> Child:
    """Start the web server: one process and several threads are plenty on a developer's machine."""
    command = python_command(plan.state, plan.port, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1")
    command += ["--port", str(plan.port), "--workers", "1", "--access-log", "wsgi:app"]
    command.insert(1, "GRANIAN_BLOCKING_THREADS=4")  # told to the server and to the gate of web/shedding.py alike
    return start_child("web server", command, plan.state / "log" / "web.log")


def start_worker(plan: Plan) -> Child:
    """Start the worker that sends mail and does the other jobs."""
    command = python_command(plan.state, plan.port, "-m", "flask", "--app", "wsgi", "worker")
    return start_child("worker", command, plan.state / "log" / "worker.log")


def wait_for_site(plan: Plan, children: Sequence[Child], stopping: threading.Event) -> None:
    """Wait until a page comes, then tell where it is and how to sign in."""
    deadline = time.monotonic() + 60
    while not stopping.is_set() and not site_answers(plan.port):
        complain_about_ended(plan, children)
        if time.monotonic() > deadline:
            raise CannotRunError(f"no page came within 60 s. See {children[0].log}")
        stopping.wait(0.1)
    if not stopping.is_set():
        click.echo(welcome(plan))


def site_answers(port: int) -> bool:
    """Whether the web server answers at all; an error page is an answer too, and is seen in the browser."""
    try:
        urllib.request.urlopen(f"http://localhost:{port}/", timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def welcome(plan: Plan) -> str:
    """Where the site is, how to sign in as each demo person, and how to stop."""
    site, log = plan.base_url, plan.state / "log"
    return f"""
PGH Lab runs at {site}

  Sign in   {site}/dev/personas
            one click each: startup, evaluator, champion, program manager, director,
            finance officer, administrator, auditor; all of them are demo people
  Mail      {site}/dev/mail shows what would have been sent
  Logs      {log}{"" if plan.verbose else "  (make run VERBOSE=1 shows requests here)"}

Ctrl-C stops everything.
"""


def watch(plan: Plan, children: Sequence[Child], stopping: threading.Event) -> None:
    """Wait for the stop signal; when one part ends by itself, say which and why, and give up."""
    log = children[0].log
    seen = log.stat().st_size
    while not stopping.wait(0.5):
        if plan.verbose:
            seen = show_new_lines(log, seen)
        complain_about_ended(plan, children)


def complain_about_ended(plan: Plan, children: Sequence[Child]) -> None:
    """CannotRunError naming the first part that is no longer there."""
    for child in children:
        if child.has_ended:
            raise CannotRunError(child.last_words())
    services = [
        (plan.own_postgres, postgres_is_running, "PostgreSQL", "postgres.log"),
        (plan.own_store, store_is_running, "the file store", "store.log"),
    ]
    for owned, is_running, name, log in services:
        if owned and not is_running(plan.state):
            path = plan.state / "log" / log
            raise CannotRunError(f"{name} ended by itself. The end of {path}:\n{last_lines(path)}")


def show_new_lines(log: Path, seen: int) -> int:
    """Print what a log gained; gives how far it was read."""
    with log.open("rb") as file:
        file.seek(seen)
        sys.stdout.buffer.write(file.read())
        sys.stdout.flush()
        return file.tell()


if __name__ == "__main__":
    main()
