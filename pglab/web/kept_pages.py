"""Public pages kept between requests, and never a moment too long.

A page is kept only for visitors without a session, and is shown again only while nothing it was made from has changed.
Each request asks the database for the stamp that every change of the watched tables leaves (migration 0015) and for
the official time. A page that asked any other table, or the time without saying until when it holds (`keep_until`), is
made anew for everyone. See docs/decisions/0010-kept-pages.md.
"""

import hashlib
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Engine, Table, event, text
from sqlalchemy.engine import make_url

from pglab.core.db import Base
from pglab.web.request_log import log_kept, new_request_id
from pglab.web.security import KEEPING, may_be_kept

WATCHED = frozenset(
    {
        *("addenda", "cancellations", "challenge_areas", "cohorts", "history_editions", "host_organizations"),
        *("info_sessions", "news_items", "participations", "past_cohorts", "published_answers", "rfp_versions", "rfps"),
    }
)
ASKED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?([a-z_]+)", re.IGNORECASE)
MOST_PAGES = 256
CLOCK_MARK = b'data-now="'
NEXT_MICROSECOND = timedelta(microseconds=1)
# What tells the application who is at the screen.
IDENTIFYING = {"remember_token"}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

Table(
    "page_stamp",
    Base.metadata,
    Column(
        "only_row", Boolean, CheckConstraint("only_row", name="only_row"), primary_key=True, server_default=text("true")
    ),
    Column("version", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Stamp:
    """What the database says at one instant: the version of everything public, and the official time."""

    version: int
    now: datetime


@dataclass(frozen=True)
class Holding:
    """What a view said of the page it made: its endpoint, and from when until when it reads like that."""

    endpoint: str
    since: datetime | None
    until: datetime | None

    def holds_at(self, now: datetime) -> bool:
        """Whether the page is right at `now`; a page without a time always is."""
        return self.since is None or (self.since <= now and (self.until is None or now < self.until))


@dataclass(frozen=True)
class Page:
    """One kept page: what it was made from, its headers, and its text around the places that tell the time."""

    version: int
    holding: Holding
    headers: Headers
    etag: str
    pieces: list[bytes]

    def holds(self, stamp: Stamp) -> bool:
        """Whether nothing has changed, and the time for which the page was made is not over."""
        return self.version == stamp.version and self.holding.holds_at(stamp.now)

    def text(self, now: datetime) -> bytes:
        """The page as it reads now."""
        return self.pieces[0] if len(self.pieces) == 1 else clock_mark(now).join(self.pieces)


def fingerprint(pieces: list[bytes]) -> str:
    """What tells two texts of a page apart, the places that tell the time left out."""
    return hashlib.sha256(b"".join(pieces)).hexdigest()[:32]


def clock_mark(now: datetime) -> bytes:
    """How a page tells its scripts the official time (the deadline of templates/_macros/page.html)."""
    return f'data-now="{milliseconds(now)}"'.encode()


def milliseconds(at: datetime) -> int:
    """An instant as scripts count it."""
    return int(at.timestamp() * 1000)


def keep_until(now: datetime, changes: Iterable[datetime]) -> None:
    """Say that the page at hand, made at `now`, reads the same until the first of these instants that is to come.

    The place where the page tells its scripts what time it is gets the time of each request.
    """
    g.holds_since, g.holds_until = now, min((at for at in changes if at > now), default=None)


def after(deadline: datetime) -> datetime:
    """The first instant after an inclusive deadline."""
    return deadline + NEXT_MICROSECOND


def text_changes(now: datetime, at: datetime) -> datetime:
    """When `time_left` says something else: with each hour in the last days, with each minute in the last day."""
    unit = timedelta(hours=1) if at - now >= timedelta(days=1) else timedelta(minutes=1)
    return after(at - (at - now) // unit * unit)


@event.listens_for(Engine, "before_cursor_execute")
def _note_what_is_asked(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    if has_request_context() and "pglab.keepable" in request.environ:
        g.asks_time = g.get("asks_time", False) or "official_now" in statement
        g.asked = g.get("asked", frozenset()) | {name.lower() for name in ASKED.findall(statement)}


def note_holding(response: Response) -> Response:
    """Tell the layer outside that it may keep this answer: a public page, made from watched tables, in known time.

    Another public page is made anew for each visit, and still not sent to whoever has it as it is.
    """
    if not may_be_kept(response):
        return response
    told_time = not g.get("asks_time", False) or "holds_since" in g
    if "pglab.keepable" in request.environ and told_time and g.get("asked", WATCHED) <= WATCHED:
        request.environ["pglab.holding"] = Holding(request.endpoint or "", g.get("holds_since"), g.get("holds_until"))
    elif request.method in ("GET", "HEAD") and response.is_sequence:
        spare(response)
    return response


def spare(response: Response) -> None:
    """Answer 304 to a visitor who has this page, which was made a moment ago and is kept by nobody."""
    since = g.get("holds_since")
    body = response.get_data()
    pieces = body.split(clock_mark(since)) if since else [body]
    if any(CLOCK_MARK in piece for piece in pieces):
        return
    response.set_etag(fingerprint(pieces), weak=len(pieces) > 1)
    response.headers["Cache-Control"] = KEEPING
    if since:
        response.headers["Server-Timing"] = f'now;desc="{milliseconds(since)}"'
    response.make_conditional(request)


class StampReader:
    """Asks for the stamp over a connection of its own. Requests that arrive while one is asking share the next answer.

    An answer is only ever given to requests that were there before it was asked for, so none is too old for anybody.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()
        self.turns = itertools.count(1)
        self.connection: psycopg.Connection[tuple[int, datetime]] | None = None
        self.asked_at, self.answer = 0, Stamp(-1, datetime.min.replace(tzinfo=UTC))

    def read(self) -> Stamp | None:
        """The stamp, read after this call began; None when the database does not answer."""
        arrived = next(self.turns)
        with self.lock:
            if self.asked_at > arrived:
                return self.answer
            asked_at = next(self.turns)
            try:
                self.answer = self._ask()
            except psycopg.Error:
                self.close()
                return None
            self.asked_at = asked_at
            return self.answer

    def _ask(self) -> Stamp:
        if self.connection is None:
            self.connection = psycopg.connect(
                self.url,
                autocommit=True,
                prepare_threshold=0,
                connect_timeout=2,
                options="-c timezone=UTC -c statement_timeout=2000 -c pglab.viewer=nobody",
                application_name="pglab kept pages",
            )
        row = self.connection.execute("SELECT version, official_now() FROM page_stamp").fetchone()
        if row is None:
            raise psycopg.DataError("the stamp is missing")
        return Stamp(*row)

    def close(self) -> None:
        """Let the connection go; the next request makes another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class KeptPages:
    """A layer around the application that answers visitors with kept pages while they hold."""

    def __init__(self, inner: Application, reader: StampReader, session_cookie: str) -> None:
        self.inner, self.reader = inner, reader
        self.identifying = IDENTIFYING | {session_cookie}
        self.pages: dict[tuple[str, str, str], Page] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        stamp = self.reader.read() if self._is_plain_visit(environ) else None
        if stamp is None:
            return self.inner(environ, start_response)
        place = (environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""), environ["PATH_INFO"])
        page = self.pages.get(place)
        if page is None or not page.holds(stamp):
            return self._make(place, stamp, environ, start_response)
        request_id = new_request_id()
        log_kept(request_id, page.holding.endpoint, began)
        return self._give(page, stamp.now, request_id, environ, start_response)

    def _is_plain_visit(self, environ: Environ) -> bool:
        """A GET by somebody without a session, of an address without a question mark."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return False
        names = (part.partition("=")[0].strip() for part in environ.get("HTTP_COOKIE", "").split(";"))
        return self.identifying.isdisjoint(names)

    def _make(
        self, place: tuple[str, str, str], stamp: Stamp, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Have the application make the page, and keep it under the stamp read before: it can only be newer."""
        environ["pglab.keepable"] = True
        begun: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *_rest: Any) -> Any:
            begun.append((status, headers))

        answer = self.inner(environ, begin)
        status, headers = begun[-1]
        holding: Holding | None = environ.get("pglab.holding")
        if holding is None or any(name.lower() == "set-cookie" for name, _ in headers):
            start_response(status, headers)
            return answer
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        page = self._keep(place, stamp, holding, headers, body)
        request_id = next(value for name, value in headers if name == "X-Request-Id")
        return self._give(page, holding.since or stamp.now, request_id, environ, start_response)

    def _keep(self, place: tuple[str, str, str], stamp: Stamp, holding: Holding, headers: Headers, body: bytes) -> Page:
        if len(self.pages) >= MOST_PAGES:
            self.pages.clear()
        pieces = body.split(clock_mark(holding.since)) if holding.since else [body]
        # Weak where the page tells the time: two answers differ in that place alone.
        etag = f'{"W/" if len(pieces) > 1 else ""}"{fingerprint(pieces)}"'
        own = [(name, value) for name, value in headers if name.lower() not in ("content-length", "x-request-id")]
        page = self.pages[place] = Page(stamp.version, holding, [*own, ("ETag", etag)], etag, pieces)
        return page

    def _give(
        self, page: Page, now: datetime, request_id: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The page, or the word that the visitor has it already; either tells scripts what time it is."""
        headers = [*page.headers, ("X-Request-Id", request_id), ("Server-Timing", f'now;desc="{milliseconds(now)}"')]
        if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", headers)
            return []
        body = page.text(now)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


def init_kept_pages(app: Flask) -> None:
    """Keep public pages where the settings say so: not where templates change, nor where tests undo what they did."""
    if not app.config["SETTINGS"].keep_pages:
        return
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    reader = StampReader(url.render_as_string(hide_password=False))
    app.extensions["page_stamp"] = reader
    app.after_request(note_holding)
    app.wsgi_app = KeptPages(  # type: ignore[method-assign]  # the documented way to put a layer around Flask
        app.wsgi_app, reader, app.config["SESSION_COOKIE_NAME"]
    )
