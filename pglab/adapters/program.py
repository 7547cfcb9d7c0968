"""The asking side of a parsing program: starts it when it is needed, hands it files, and outlives whatever becomes of
it."""

import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

from config import ROOT
from pglab.core.errors import UnavailableError

SECONDS = 10
# How much longer than a file may take the program that ends it is waited for.
GRACE_SECONDS = 5
# A program that goes home or is killed is not the file's fault: so many are asked.
TRIES = 4


class Standing(NamedTuple):
    """The program that parses, and the line on which it is given files."""

    process: subprocess.Popen[bytes]
    line: socket.socket


class ParsingProgram:
    """One program of `cell.py` for this process; at most `at_once` files are in it, so that the rest of the site keeps
    its processors."""

    def __init__(self, child: Path, *, answer_bytes: int, at_once: int) -> None:
        self.child, self.answer_bytes = child, answer_bytes
        self.seconds, self.grace = SECONDS, GRACE_SECONDS
        self.standing: Standing | None = None
        self._turns = threading.BoundedSemaphore(at_once)
        self._starting = threading.Lock()

    def ask(self, path: Path, wish: bytes = b".") -> bytes:
        """The raw answer, empty when the process that looked crashed, was killed or took too long; UnavailableError
        when nothing can be looked into at all."""
        with self._turns:
            for _ in range(TRIES):
                answer = self._ask(path, wish, self._started())
                if answer is not None:
                    return answer
        raise UnavailableError("The file can’t be looked into right now. Try again in a minute.")

    def _ask(self, path: Path, wish: bytes, program: Standing) -> bytes | None:
        """The same of one program; None when the program itself ended or hangs, which says nothing about the file."""
        with tempfile.TemporaryFile() as answer, path.open("rb") as content:
            told, tell = os.pipe()
            with os.fdopen(told, "rb", buffering=0) as ended:
                try:
                    socket.send_fds(program.line, [wish], [content.fileno(), answer.fileno(), tell])
                except OSError:
                    code = b""
                else:
                    os.close(tell)
                    tell = -1
                    wait = select.poll()
                    wait.register(ended, select.POLLIN)
                    code = ended.read(1) if wait.poll((self.seconds + self.grace) * 1000) else b""
                finally:
                    if tell >= 0:
                        os.close(tell)
            if code == b"":
                self.stop(program)
                return None
            answer.seek(0)
            return answer.read(self.answer_bytes) if code == b"\0" else b""

    def _started(self) -> Standing:
        """This process's program, which is started when it is not there."""
        with self._starting:
            if self.standing is None:
                # Messages keep their bounds, so that two files asked about at once stay two.
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    process = subprocess.Popen(  # noqa: S603  (our own program; no file's name ever reaches it)
                        [sys.executable, "-I", "-B", str(self.child), str(self.seconds), str(ROOT)],
                        stdin=theirs.fileno(),
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        env={"LANG": "C.UTF-8"},
                        cwd="/",
                        start_new_session=True,
                    )
                self.standing = Standing(process, ours)
            return self.standing

    def stop(self, program: Standing | None = None) -> None:
        """End the program, with everything it is looking into; the next file starts a new one.

        With a `program` only that one: another thread may have put a new one in its place already."""
        with self._starting:
            standing = self.standing
            if standing is not None and program in (None, standing):
                standing.line.close()
                standing.process.kill()  # and with it, by their own wish, the processes it had started
                standing.process.wait()
                self.standing = None
