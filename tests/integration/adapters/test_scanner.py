"""The virus scanner's answers: only a clear one about the whole file is believed."""

import socket
import time
from collections.abc import Callable

import pytest

from pglab.adapters.scanner import Clamd, NoScanner, ScanAnswer, ScannerUnavailableError
from tests.support.scanner import EICAR, MARKER, clamd, pretender, says


def test_clamd_tells_clean_from_infected() -> None:
    with clamd() as scanner:
        assert scanner.scan([b"nothing", b"", b" here"]) == ScanAnswer(clean=True)
        found = scanner.scan([b"x" * 300_000 + MARKER[:5], MARKER[5:]])
        assert (found.clean, found.failed, found.found) == (False, False, "PGLab.Test.Marker.UNOFFICIAL")
        assert not scanner.scan([EICAR]).clean
        scanner.ping()


def test_a_file_over_the_scanners_limits_is_not_clean() -> None:
    with clamd(limit="1M") as scanner:
        answer = scanner.scan([b"\0" * 2_000_000])
        assert (answer.clean, answer.failed) == (False, True)
    with clamd() as scanner:
        answer = scanner.scan([b"\0" * 1_000_000] * 28)
        assert (answer.clean, answer.failed) == (False, True), "StreamMaxLength is 26M"


def test_a_scanner_that_says_ok_beyond_its_limits_is_not_believed() -> None:
    with clamd(limit="1M", alert=False) as scanner:
        assert scanner._ask([b"\0" * 2_000_000 + MARKER]).clean, "how ClamAV comes: the control of this test"
        with pytest.raises(ScannerUnavailableError, match="AlertExceedsMax"):
            scanner.scan([b"\0" * 2_000_000 + MARKER])
        with pytest.raises(ScannerUnavailableError, match="AlertExceedsMax"):
            scanner.scan([b"small"])


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\0",
        b"OK\0",
        b"stream: OK",
        b"stream: OK\n\0",
        b"stream: ok\0",
        b"stream: OK\0stream: OK\0",
        b"other: OK\0",
        b"stream: X FOUND OK\0",
        b"UNKNOWN COMMAND\0",
        b"stream: \xff FOUND\0",
        b"stream: " + b"x" * 5000 + b" FOUND\0",
        b"Command read timed out. ERROR\0",
        b"<html>\0",
    ],
)
def test_nonsense_is_no_answer(words: bytes) -> None:
    with pretender(says(words)) as scanner, pytest.raises(ScannerUnavailableError):
        scanner.scan([b"hello"])


def test_a_slow_scanner_is_given_up() -> None:
    late = says(b"stream: OK\0", then=lambda: time.sleep(1.5))
    with pretender(late, seconds=0.3) as scanner, pytest.raises(ScannerUnavailableError):
        scanner.scan([b"hello"])


def test_a_scanner_that_drips_its_answer_is_given_up() -> None:
    def drip(line: socket.socket, _content: bytes) -> None:
        for _ in range(20):
            line.sendall(b"x")
            time.sleep(0.1)

    with pretender(drip, seconds=0.5) as scanner, pytest.raises(ScannerUnavailableError):
        scanner.scan([b"hello"])


@pytest.mark.parametrize("make", [lambda: Clamd("127.0.0.1:9"), lambda: Clamd("unix:/nowhere/clamd.sock"), NoScanner])
def test_no_scanner_is_no_answer(make: Callable[[], Clamd | NoScanner]) -> None:
    with pytest.raises(ScannerUnavailableError):
        make().scan([b"hello"])
    with pytest.raises(ScannerUnavailableError):
        make().ping()
