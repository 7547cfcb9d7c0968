"""A developer's machine loses power, a terminal is closed, a process is killed: `make run` just works again."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import ROOT
from pglab.adapters.embedded.processes import servers_in
from pglab.adapters.embedded.settings import port_is_free
from pglab.adapters.embedded.store import store_folder
from pglab.cli.children import end_leftovers

pytestmark = pytest.mark.slow


class Run:
    """One `make run` with a state folder and a port of its own."""

    def __init__(self, state: Path, port: int) -> None:
        self.output = state / "output.txt"
        command = ["/usr/bin/env", f"PGLAB_STATE={state}", sys.executable, "-m", "pglab.cli.run", f"--port={port}"]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    def wait_until(self, words: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.output.read_text():
            assert self.process.poll() is None and time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=40)


@pytest.fixture
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pglab-run-"))
    folder.chmod(0o711)
    yield folder
    end_leftovers(folder)
    for server in servers_in(folder / "postgres", "postgres") + servers_in(store_folder(folder), "weed"):
        with contextlib.suppress(psutil.NoSuchProcess):
            server.kill()
            server.wait(timeout=10)
    shutil.rmtree(folder)


def page(port: int) -> int:
    """The status of the front page."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_killed_and_closed_runs_start_again_and_stop_without_a_trace(state: Path) -> None:
    port = next(port for port in range(8300, 8400) if port_is_free(port))
    first = Run(state, port)
    first.wait_until("Ctrl-C stops everything", seconds=300)
    assert page(port) == 200

    first.process.kill()  # the supervisor alone: everything it started lives on
    first.process.wait(timeout=10)
    second = Run(state, port)
    second.wait_until("Ctrl-C stops everything", seconds=60)
    assert page(port) == 200
    assert second.stop() == 0

    assert port_is_free(port)
    assert servers_in(state / "postgres", "postgres") + servers_in(store_folder(state), "weed") == []
    assert not [process for process in psutil.process_iter() if marked(process, state)]


def test_a_part_that_dies_is_named_and_the_rest_is_stopped(state: Path) -> None:
    port = next(port for port in range(8400, 8500) if port_is_free(port))
    run = Run(state, port)
    run.wait_until("Ctrl-C stops everything", seconds=300)

    servers_in(store_folder(state), "weed")[0].kill()

    assert run.process.wait(timeout=40) == 1
    assert re.search(r"the file store ended by itself\. The end of .*store\.log:", run.output.read_text())
    assert port_is_free(port)
    assert servers_in(state / "postgres", "postgres") == []


def marked(process: psutil.Process, state: Path) -> bool:
    """Whether a process belongs to the run of this folder."""
    with contextlib.suppress(psutil.Error, OSError):
        return process.pid != os.getpid() and process.environ().get("PGLAB_SUPERVISED") == str(state)
    return False
