"""The malware scanner: ClamAV's clamd, asked over its INSTREAM protocol, on this machine or another.

Whatever goes wrong between us and the scanner is `ScannerUnavailableError` and leaves the file unjudged: only a clear
"OK" about the whole file makes it clean. ClamAV says OK as well when a file is larger than its limits, unless
`AlertExceedsMax yes` is set; so before it is believed it has to find something at the far end of a large test archive.
"""

import io
import re
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from flask import Flask, current_app

from config import Settings
from pglab.core.errors import UnavailableError

CONNECT_SECONDS = 3
# For one file, from the first byte sent to the answer.
ANSWER_SECONDS = 60
ANSWER_BYTES = 1024
CHUNK = 256 * 1024
TRUSTED_SECONDS = 3600
# More than any file we take can unpack to (the inspector refuses those above 200 MB).
PROBE_BYTES = 220 * 1024 * 1024
FOUND = re.compile(r"stream: (\S{1,200}) FOUND")
OVER_LIMIT = ("Heuristics.Limits.", "Heuristics.Encrypted.")


class ScannerUnavailableError(UnavailableError):
    """The scanner gave no answer that can be believed; the file stays unjudged and is asked about again."""


@dataclass(frozen=True)
class ScanAnswer:
    """`clean`: looked at whole, nothing found. Otherwise what was `found`, or `failed`: too large or closed to it."""

    clean: bool
    found: str = ""
    failed: bool = False


class Scanner(Protocol):
    """Judges files. `present` is False where there is none: development without a scanner."""

    present: bool

    def scan(self, pieces: Iterable[bytes]) -> ScanAnswer:
        """Judge one file; ScannerUnavailableError when there is no answer to be believed."""

    def ping(self) -> None:
        """ScannerUnavailableError unless it answers and looks at whole files."""


class NoScanner:
    """Development without a scanner: nothing is judged."""

    present = False

    def scan(self, pieces: Iterable[bytes]) -> ScanAnswer:  # noqa: ARG002  (the protocol's signature)
        raise ScannerUnavailableError("No scanner is configured.")

    def ping(self) -> None:
        raise ScannerUnavailableError("No scanner is configured.")


class Clamd:
    """clamd at `unix:/path/of/socket` or `host:port`."""

    present = True

    def __init__(self, address: str, *, seconds: float = ANSWER_SECONDS, connect_seconds: float = CONNECT_SECONDS):
        self.address = address
        self.seconds = seconds
        self.connect_seconds = connect_seconds
        self._trusted_until = 0.0
        self._proving = threading.Lock()

    def scan(self, pieces: Iterable[bytes]) -> ScanAnswer:
        self._prove_once_in_a_while()
        return self._ask(pieces)

    def ping(self) -> None:
        self._prove_once_in_a_while()
        with self._talk() as line:
            line.sendall(b"zPING\0")
            if self._answer(line, time.monotonic() + self.seconds) != "PONG":
                raise ScannerUnavailableError("The virus scanner answers nonsense.")

    def _prove_once_in_a_while(self) -> None:
        """Have it look at the test archive, once an hour: a scanner that stops in the middle of a file and says OK
        must not judge anything."""
        with self._proving:
            if time.monotonic() < self._trusted_until:
                return
            answer = self._ask([probe()])
            if answer.clean:
                raise ScannerUnavailableError(
                    "The virus scanner does not look at whole files. Set `AlertExceedsMax yes` in clamd.conf."
                )
            self._trusted_until = time.monotonic() + TRUSTED_SECONDS

    def _ask(self, pieces: Iterable[bytes]) -> ScanAnswer:
        until = time.monotonic() + self.seconds
        with self._talk() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for piece in _sliced(pieces):
                    line.settimeout(max(0.001, until - time.monotonic()))
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                line.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it stopped listening, at its size limit for one: it says why
            return _read_answer(self._answer(line, until))

    @contextmanager
    def _talk(self) -> Iterator[socket.socket]:
        try:
            with self._connected() as line:
                yield line
        except OSError as fault:
            raise ScannerUnavailableError("The virus scanner does not answer.") from fault

    def _connected(self) -> socket.socket:
        if self.address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.connect_seconds)
            try:
                line.connect(self.address.removeprefix("unix:"))
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=self.connect_seconds)

    @staticmethod
    def _answer(line: socket.socket, until: float) -> str:
        """The scanner's one line, ended by a zero byte; anything unended, too long or not text is no answer."""
        told = b""
        while not told.endswith(b"\0") and len(told) <= ANSWER_BYTES:
            line.settimeout(max(0.001, until - time.monotonic()))
            piece = line.recv(ANSWER_BYTES)
            if not piece:
                break
            told += piece
        if not told.endswith(b"\0") or told.count(b"\0") != 1 or not told[:-1].isascii():
            raise ScannerUnavailableError("The virus scanner answers nonsense.")
        return told[:-1].decode()


def _sliced(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Never an empty piece: that would end the stream."""
    for piece in pieces:
        for start in range(0, len(piece), CHUNK):
            yield piece[start : start + CHUNK]


def _read_answer(told: str) -> ScanAnswer:
    if told == "stream: OK":
        return ScanAnswer(clean=True)
    found = FOUND.fullmatch(told)
    if found:
        name = found[1]
        return ScanAnswer(clean=False, found=name, failed=name.startswith(OVER_LIMIT))
    if told.startswith("INSTREAM size limit exceeded"):
        return ScanAnswer(clean=False, found="StreamMaxLength", failed=True)
    raise ScannerUnavailableError("The virus scanner answers nonsense.")


@cache
def probe() -> bytes:
    """An archive in an archive: padding larger than any file may unpack to, and behind it the harmless test file that
    every scanner knows (EICAR). A scanner has to find it, or to say that it could not look so far."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as outer,
        outer.open("inner.zip", "w") as inside,
        zipfile.ZipFile(inside, "w", zipfile.ZIP_STORED) as inner,
    ):
        with inner.open("padding", "w") as padding:
            for _ in range(PROBE_BYTES // CHUNK):
                padding.write(bytes(CHUNK))
        inner.writestr(
            "eicar.com", "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"))
        )
    return packed.getvalue()


def init_scanner(app: Flask, settings: Settings, scanner: Scanner | None = None) -> None:
    """Give the app its scanner; a test may pass one of its own."""
    configured = Clamd(settings.clamd_address) if settings.clamd_address else NoScanner()
    app.extensions["pglab.scanner"] = scanner or configured


def current_scanner() -> Scanner:
    """The running app's scanner."""
    scanner: Scanner = current_app.extensions["pglab.scanner"]
    return scanner
