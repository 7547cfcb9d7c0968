"""Whoever submits is turned away last. In a process with few threads, pages leave one of them free and files two.

A request waits a moment for its turn; a file does not once those before it hang, for it would hold a thread meanwhile.
Signing in, checking, submitting and receipts are never turned away; all but signing in have a process of their own
besides (deploy/nginx.conf), so that no queue in front of these threads makes anybody late. See docs/operations.md, "The
last hour".
"""

import functools
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from flask import Flask, Response, g, request
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]  # Flask-Login ships no types
from werkzeug.wsgi import ClosingIterator

from pglab.web.errors import error_page, fields_above_the_file, kept_fields
from pglab.web.security import LARGEST_FORM

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

WAIT_SECONDS = 5.0
HANGS_AFTER_SECONDS = 3.0
RETRY_AFTER = "20"
FILES_AT_ONCE = 2
PIECE = 256 * 1024
BUSY = "Many people are here right now. Nothing was changed. Wait half a minute, then try again."
BUSY_WITH_FILES = (
    "Many files are arriving right now. Yours was not taken in, and nothing was changed. Wait half a minute, then send "
    "it again. Submitting a proposal does not wait for this."
)
FIRST = re.compile(
    r"/apply/proposals/[^/]+/(?:check|submission|receipts/\d+(?:\.json)?|refusals/[^/]+)"
    r"|/sign-in(?:/.*)?|/sign-out|/healthz|/readyz|/metrics"
)


class Share(StrEnum):
    """What a request asks for, in the order in which it is turned away."""

    FILE = "file"
    PAGE = "page"
    FIRST = "first"


def share_of(environ: Environ) -> Share:
    """What this request asks for, told by its address alone: nothing is asked, nothing of its body is read."""
    if FIRST.fullmatch(environ.get("PATH_INFO", "")):
        return Share.FIRST
    brings_file = environ.get("CONTENT_TYPE", "").startswith("multipart/form-data")
    return Share.FILE if brings_file and environ["REQUEST_METHOD"] == "POST" else Share.PAGE


class Places:
    """So many at once, and whoever waits in the order of their coming: a place that gets free is handed on."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def enter(self, seconds: float) -> bool:
        """Take a place, waiting at most so long for one; whether there is one."""
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            if not seconds:
                return False
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._lock:
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Give the place to who has waited longest, or back."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Gate:
    """A layer around the application that lets in what there are threads for, and has it refuse the rest."""

    def __init__(self, inner: Application, threads: int, *, wait: float = WAIT_SECONDS) -> None:
        self.inner, self.wait = inner, wait
        self.pages = Places(max(1, threads - 1))
        self.files = Places(max(1, min(FILES_AT_ONCE, threads - 2)))
        self.files_since: dict[int, float] = {}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        share = share_of(environ)
        if share is Share.FIRST:
            return self.inner(environ, start_response)
        taken = self._enter(share)
        if taken is None:
            environ["pglab.turned_away"] = share
            return self.inner(environ, start_response)
        try:
            answer = self.inner(environ, start_response)
        except BaseException:
            taken()
            raise
        return ClosingIterator(answer, [taken])  # a file goes out after this returns, and holds its thread until then

    def _enter(self, share: Share) -> Callable[[], None] | None:
        """What to call when the request is over; None when there is no place for it."""
        if share is Share.PAGE:
            return self.pages.leave if self.pages.enter(self.wait) else None
        if not self.files.enter(0 if self._files_hang() else self.wait):
            return None
        if not self.pages.enter(self.wait):
            self.files.leave()
            return None
        self.files_since[threading.get_ident()] = time.monotonic()
        return functools.partial(self._file_left, threading.get_ident())

    def _files_hang(self) -> bool:
        """Whether one of the files has been on its way for so long that waiting for its end makes no sense."""
        now = time.monotonic()
        return any(now - since > HANGS_AFTER_SECONDS for since in list(self.files_since.values()))

    def _file_left(self, thread: int) -> None:
        self.files_since.pop(thread, None)
        self.pages.leave()
        self.files.leave()


def init_shedding(app: Flask, threads: int) -> None:
    """Put the gate around the application, where it is told how many threads it has."""
    if not threads:
        return
    app.wsgi_app = Gate(app.wsgi_app, threads)  # type: ignore[method-assign]  # the documented way to put a layer around
    app.before_request(turn_away)


def turn_away() -> Response | None:
    """The answer to who was not let in, with what they typed; made without asking the database anything."""
    share = request.environ.get("pglab.turned_away")
    if share is None:
        return None
    g._login_user = AnonymousUserMixin()
    request.max_content_length = LARGEST_FORM
    kept = _what_came_with_the_file() if share is Share.FILE else kept_fields()
    sentence = BUSY_WITH_FILES if share is Share.FILE else BUSY
    # A form with a file cannot be sent again from here; one that names what already lies in the store can.
    resend = share is Share.PAGE or any(name == "file_upload" for name, _ in kept)
    page = error_page(503, sentence, title="PGH Lab is very busy", kept=kept, resend=resend, outage=False)
    page.headers["Retry-After"] = RETRY_AFTER
    return page


def _what_came_with_the_file() -> list[tuple[str, str]]:
    """What was typed above the file. The rest is read too and dropped: who is still sending hears no answer."""
    request.max_content_length = request.content_length
    kept = fields_above_the_file()
    # Never past the length that was told: a stream read to its very limit takes the next reading for too large a form.
    while (left := (request.content_length or 0) - request.stream.tell()) > 0 and request.stream.read(min(left, PIECE)):
        pass
    return kept
