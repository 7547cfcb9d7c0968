"""`make stop` and `make reset`: end what runs locally, and drop the local data."""

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import click

from config import state_folder
from pglab.adapters.embedded import stop_postgres, stop_store
from pglab.cli.children import end_leftovers
from pglab.cli.run import LOCK

DATA_FOLDERS = ("postgres", "postgres.new", "store")
TEST_FOLDER = "test"


@click.group()
def main() -> None:
    """Look after the parts of PGH Lab on this machine."""


@main.command()
def stop() -> None:
    """Stop a running `make run` and the services that tests leave running. Data is kept."""
    state = state_folder()
    stop_supervisor(state)
    end_leftovers(state)
    for folder in (state, state / TEST_FOLDER):
        if folder.is_dir():
            stop_store(folder)
            stop_postgres(folder)
    click.echo("Stopped.")


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Drop the local database and files for good; the next `make run` starts from an empty city."""
    state = state_folder()
    if running_supervisor(state):
        click.secho("PGH Lab runs. Stop it first: make stop", fg="red", err=True)
        sys.exit(1)
    if (
        not yes
        and click.prompt(f"This drops every local record in {state}. Type 'reset' to go on", default="") != "reset"
    ):
        click.echo("Nothing was dropped.")
        sys.exit(1)
    end_leftovers(state)
    if state.is_dir():
        stop_store(state)
        stop_postgres(state)
    for name in DATA_FOLDERS:
        shutil.rmtree(state / name, ignore_errors=True)
    click.echo("The local data is gone. `make run` starts afresh.")


def running_supervisor(state: Path) -> int | None:
    """The process number of the `make run` that holds this folder now, if there is one."""
    path = state / LOCK
    if not path.is_file():
        return None
    with path.open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read().strip() or 0)
        return None


def stop_supervisor(state: Path) -> None:
    """Ask a running `make run` to end, and wait until it has."""
    owner = running_supervisor(state)
    if not owner:
        return
    os.kill(owner, signal.SIGTERM)
    deadline = time.monotonic() + 40
    while running_supervisor(state) and time.monotonic() < deadline:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
