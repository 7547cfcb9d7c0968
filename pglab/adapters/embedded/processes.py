"""Finding, starting and stopping the server processes that belong to one state folder.

A server is recognized by its name and the folder it works in, never by a number in a file: such files
outlive a crash, and the number may by then belong to somebody else.
"""

import contextlib
import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

# Kept so that the interpreter reaps them when they end; nothing else reads it.
_started: list[subprocess.Popen[bytes]] = []


class EmbeddedError(Exception):
    """An embedded server cannot run here; the message says why and what to do about it."""


@dataclass(frozen=True)
class Account:
    """The operating-system user a server runs as."""

    name: str
    user_id: int
    group_id: int


@contextlib.contextmanager
def only_one(state: Path, name: str) -> Iterator[None]:
    """Let one process at a time start or stop a server of this state folder; a crash frees the lock."""
    ensure_folder(state)
    with (state / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_folder(folder: Path) -> Path:
    """Make a private folder. As root others may pass through it, because PostgreSQL's own user has to."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def servers_in(folder: Path, name: str) -> list[psutil.Process]:
    """The living processes of that name working in that folder, oldest first."""
    wanted = str(folder.resolve())
    found = []
    for process in psutil.process_iter(["name", "cwd", "status", "create_time"]):
        known = process.info
        if known["name"] == name and known["cwd"] == wanted and known["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return sorted(found, key=lambda process: (process.info["create_time"], process.pid))


def start_server(command: Sequence[str], *, folder: Path, log: Path, account: Account | None = None) -> psutil.Process:
    """Start a server in its own session, so that Ctrl-C in a terminal does not reach it; its output goes to `log`."""
    ensure_folder(log.parent)
    log.touch(mode=0o600)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the commands are ours: no part of them comes from a request
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=0o077,
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )
    _started.append(process)
    return psutil.Process(process.pid)


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended and waits to be collected does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(ready: Callable[[], bool], process: psutil.Process, *, log: Path, seconds: float, what: str) -> None:
    """Wait until a starting server answers; raises EmbeddedError with its last words when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not is_alive(process):
            raise EmbeddedError(f"{what} ended while starting. The end of {log}:\n{last_lines(log)}")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{what} did not answer within {seconds:.0f} s. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.03)


def stop_processes(processes: Sequence[psutil.Process], *, signal: int, seconds: float) -> None:
    """Ask processes to end, wait, and end them by force when they do not."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal)
    _, left = psutil.wait_procs(processes, timeout=seconds)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=5)


def last_lines(path: Path, count: int = 12) -> str:
    """The end of a log, indented; enough to see why a process ended."""
    if not path.is_file():
        return "    (nothing was written)"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (nothing was written)"
