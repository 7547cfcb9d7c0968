"""A real clamd on this machine with signatures of our own, and scanners that misbehave; nothing is fetched from the
network. The marker is a made-up text that only our signature knows."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pglab.adapters.scanner import Clamd

MARKER = b"PGLAB-TRUST-MARKER-7f3a91c2"
EICAR = b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"))
PROGRAM = "/usr/sbin/clamd"
SETTINGS = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
LogFile {folder}/clamd.log
Foreground yes
StreamMaxLength 26M
MaxFileSize {limit}
MaxScanSize {limit}
AlertExceedsMax {alert}
ConcurrentDatabaseReload no
MaxThreads 2
"""


def need_clamd() -> None:
    """Skip where Debian's clamav-daemon is not installed; continuous integration must have it."""
    if not Path(PROGRAM).exists():
        assert os.environ.get("CI") != "true", "clamav-daemon is missing: sudo apt-get install clamav-daemon"
        pytest.skip("clamav-daemon is not installed: sudo apt-get install clamav-daemon")


@contextmanager
def clamd(*, limit: str = "60M", alert: bool = True) -> Iterator[Clamd]:
    """clamd with our two signatures; `alert` off is how ClamAV comes: it says OK beyond its limits."""
    need_clamd()
    folder = Path(tempfile.mkdtemp(prefix="pglab-clamd-"))
    (folder / "signatures").mkdir()
    signatures = {"PGLab.Test.Marker": MARKER, "PGLab.Test.Eicar": EICAR}
    lines = [f"{name}:0:*:{content.hex()}\n" for name, content in signatures.items()]
    (folder / "signatures/pglab.ndb").write_text("".join(lines))
    (folder / "clamd.conf").write_text(SETTINGS.format(folder=folder, limit=limit, alert="yes" if alert else "no"))
    command = [PROGRAM, "-c", str(folder / "clamd.conf")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  (our own)
    try:
        for _ in range(1000):
            if (folder / "clamd.sock").exists():
                break
            assert server.poll() is None, (folder / "clamd.log").read_text()
            time.sleep(0.02)
        yield Clamd(f"unix:{folder}/clamd.sock")
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder)


Answer = Callable[[socket.socket, bytes], None]


@contextmanager
def pretender(answer: Answer, *, seconds: float = 2) -> Iterator[Clamd]:
    """A scanner of one's own making: `answer(line, content)` is called once the whole stream has come."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                line, _ = server.accept()
                with line, suppress(OSError):
                    line.settimeout(5)
                    answer(line, receive(line))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Clamd(f"127.0.0.1:{server.getsockname()[1]}", seconds=seconds)
    finally:
        over.set()
        thread.join()
        server.close()


def receive(line: socket.socket) -> bytes:
    """One INSTREAM command's content."""
    command = b""
    while not command.endswith(b"\0"):
        command += line.recv(1)
    if command != b"zINSTREAM\0":
        return b""
    content = b""
    while size := struct.unpack(">I", exactly(line, 4))[0]:
        content += exactly(line, size)
    return content


def exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        piece = line.recv(size - len(got))
        if not piece:
            raise OSError("the line ended")
        got += piece
    return got


def says(words: bytes, *, then: Callable[[], None] = lambda: None) -> Answer:
    """A scanner that finds the test archive, so that it is believed, and says `words` of everything else."""

    def answer(line: socket.socket, content: bytes) -> None:
        if content.startswith(b"PK"):
            line.sendall(b"stream: Eicar FOUND\0")
            return
        then()
        line.sendall(words)

    return answer
