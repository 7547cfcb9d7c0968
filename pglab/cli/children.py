"""The processes of one `make run`: started, watched and stopped together."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from config import ROOT
from pglab.adapters.embedded.processes import ensure_folder, last_lines, stop_processes

# Every child carries this with the state folder's path, and so do its own children: what a killed
# supervisor left behind is found by it.
MARK = "PGLAB_SUPERVISED"


@dataclass
class Child:
    """One long-running process, its name for people and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def last_words(self, count: int = 12) -> str:
        """What a person needs to see why it ended: its last lines."""
        lines = last_lines(self.log, count)
        return f"the {self.name} ended with status {self.process.returncode}. The end of {self.log}:\n{lines}"


def python_command(state: Path, port: int, *arguments: str) -> list[str]:
    """A command for our Python, marked as ours and told the port the site is reached at."""
    return ["/usr/bin/env", f"{MARK}={state}", f"PORT={port}", "PYTHONUNBUFFERED=1", sys.executable, *arguments]


def start_child(name: str, command: Sequence[str], log: Path) -> Child:
    """Start a process in its own session, so that Ctrl-C reaches only the supervisor, which then ends them in order."""
    with open_log(log) as output:
        process = subprocess.Popen(  # noqa: S603 - the commands are ours: no part of them comes from a request
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    return Child(name, process, log)


@contextlib.contextmanager
def open_log(log: Path) -> Iterator[int]:
    """A log only its owner can read, open for adding; one past 10 MB makes room first."""
    ensure_folder(log.parent)
    if log.is_file() and log.stat().st_size > 10_000_000:
        log.replace(log.with_suffix(".old.log"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def stop_children(children: Sequence[Child]) -> None:
    """Let running requests and jobs finish, then end whatever is left of each child's family."""
    family = []
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(child.process.pid)
            family += parent.children(recursive=True)
        if not child.has_ended:
            child.process.send_signal(signal.SIGTERM)
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=10)
    stop_processes([process for process in family if process.is_running()], signal=signal.SIGTERM, seconds=2)
    for child in children:
        if not child.has_ended:
            child.process.kill()
            child.process.wait(timeout=5)


def end_leftovers(state: Path) -> int:
    """End what an earlier supervisor of this state folder left running when it was killed; tells how many."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(state):
                found.append(process)
    stop_processes(found, signal=signal.SIGTERM, seconds=8)
    return len(found)
