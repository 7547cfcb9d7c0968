"""Refusals as pages in the site's look, or as JSON for programs. Nothing typed is lost."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, current_app, flash, g, jsonify, make_response, redirect, render_template, request
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]  # Flask-Login ships no types
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError, Unauthorized
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, Preamble

from pglab.core.clock import machine_now, official_now
from pglab.core.db import forget
from pglab.core.errors import DomainError
from pglab.web.heartbeat import Heart
from pglab.web.kept_forms import CARRIED, STANDS_ON, find_typist, has_typed, keep_typed, opens_again, page_of_form
from pglab.web.page_again import page_with_refused_file
from pglab.web.patience import is_away
from pglab.web.security import LARGEST_FORM, asks_who_it_is

TITLES = {
    400: "We couldn’t read that request",
    401: "You were signed out",
    403: "You can’t open this page",
    404: "We can’t find that page",
    405: "That isn’t possible here",
    409: "This has changed since you opened it",
    410: "The time for this has passed",
    413: "That is too large",
    422: "There is a problem",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "A part of PGH Lab isn’t answering",
}
TOO_MUCH_TEXT = "That is more text than a form takes"
KEPT_FOR_A_DAY = (
    "You were signed out to protect your account. Your text is kept for 24 hours. "
    "Sign in, and it stands in the form again."
)
KEPT_AND_SIGNED_OUT = "You were signed out. Your text is kept for 24 hours. Sign in, and it stands in the form again."
NOTHING_KEPT = "You were signed out to protect your account. Sign in, then do it again."
# Refusals of a thing or a moment: who typed meanwhile gets the text back on the page that says so. Somebody may have
# lost the right to save, or sight of the thing itself, since they opened the form.
GIVING_BACK = (403, 404, 409, 410, 503)
# A longer text is not given back: reading and showing it would cost more than it can be worth to anybody.
LONGEST_KEPT = 4_000_000
# What a resend page never carries: one-time tokens and secrets.
NOT_KEPT = {"csrf_token", "password", "current", "new", "code", "device_answer"}


def init_errors(app: Flask) -> None:
    """Register one answer for each way a request can fail."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault(app))


def error_page(status: int, message: str = "", **context: Any) -> Response:
    """One error in the site's look, with the request's id; JSON where the client asked for it."""
    logged_at = machine_now() if status in (500, 503) and context.pop("outage", True) and _deadline_is_close() else None
    title = context.pop("title", "") or TITLES.get(status, TITLES[500 if status >= 500 else 400])
    if not wants_page():
        body: Response = jsonify(error=title, message=message, request_id=g.get("request_id", ""))
    else:
        told = {"title": title, "message": message, "logged_at": logged_at, **context}
        called = _labels(told.get("kept") or [])
        html = render_template("errors/page.html", status=status, untyped=CARRIED, called=called, **told)
        body = make_response(html)
    body.status_code = status
    return body


def _deadline_is_close() -> bool:
    """As far as this process knows without the database, which may be what fails."""
    heart: Heart | None = current_app.extensions.get("heart")
    return heart is not None and heart.deadline_is_close()


def wants_page() -> bool:
    """Whether a browser is to show the answer; a script of ours asks for JSON."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) != "application/json"


def kept_fields() -> list[tuple[str, str]]:
    """What a refused form held, so that the page can give it back: only from our own pages, never secrets.

    A form that another site sent is not given back: its text is not the person's, and a button to send it again
    would let that site act in the person's name.
    """
    return _kept(request.form.items(multi=True)) if request.method == "POST" and _is_ours() else []


def oversized_fields() -> list[tuple[str, str]]:
    """The same of a form with more text than the site takes, which nobody has read yet."""
    if not _is_ours() or not 0 < (request.content_length or 0) <= LONGEST_KEPT:
        return []
    request.max_content_length = LONGEST_KEPT
    return _kept(parse_qsl(request.stream.read().decode(errors="replace")))


def fields_above_the_file() -> list[tuple[str, str]]:
    """What was typed above a file that is too large; of the file itself nothing is looked at."""
    if not _is_ours():
        return []
    request.max_content_length = request.content_length
    decoder = MultipartDecoder(request.mimetype_params.get("boundary", "").encode())
    decoder.receive_data(request.stream.read(LARGEST_FORM))
    fields: list[tuple[str, bytes]] = []
    with suppress(ValueError):  # what was sent is no form
        while isinstance(event := decoder.next_event(), Preamble | Field | Data):
            if isinstance(event, Field):
                fields.append((event.name or "", b""))
            elif isinstance(event, Data):
                fields[-1] = (fields[-1][0], fields[-1][1] + event.data)
    return _kept((name, value.decode(errors="replace")) for name, value in fields)


def _is_ours() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return site == "same-origin" if site else urlsplit(origin).netloc == request.host


def _kept(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in fields if name not in NOT_KEPT and value]
    return kept if any(name not in ("labels", STANDS_ON) for name, _ in kept) else []


def _typed(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that somebody typed, and what the page carried along with them; nothing when nobody typed."""
    return fields if has_typed(fields) else []


def _labels(kept: list[tuple[str, str]]) -> dict[str, str]:
    """What the form called the controls whose names say nothing; it said so itself, for nobody may be left to ask."""
    try:
        told = json.loads(next((value for name, value in kept if name == "labels"), "{}"))
    except (ValueError, RecursionError):
        return {}
    return {name: text for name, text in told.items() if isinstance(text, str)} if isinstance(told, dict) else {}


def _domain_error(error: DomainError) -> Response:
    forget()
    kept = _typed(kept_fields()) if error.status in GIVING_BACK else []
    arrived = official_now() if error.status == 410 else None
    return error_page(error.status, error.message, kept=kept, title=_not_now(error.status), arrived=arrived)


def _not_now(status: int) -> str:
    """What a page is called that cannot be opened at this stage: nobody's change came in between."""
    return "That isn’t possible now" if status == 409 and request.method == "GET" else ""


def _csrf_error(_error: CSRFError) -> Response:
    """A form of a session before this one: it stands in its page again, to be looked at and sent once more. Where no
    session followed, whoever sent it is told that they were signed out, and signs in first."""
    kept = kept_fields()
    signed_out = _is_ours() and asks_who_it_is() and not _is_anybody()
    if wants_page() and (current_user.is_authenticated or signed_out) and keep_typed(kept):
        if signed_out:
            flash(KEPT_AND_SIGNED_OUT, "info")
        return make_response(redirect(_way_back(kept), 303))
    if signed_out:
        return _http_error(Unauthorized())
    message = (
        "We kept your text. Check it and send it again."
        if kept
        else "Go back, open the page again, and retry. We also refuse what another site sends in your name."
    )
    return error_page(400, message, kept=kept, resend=bool(kept), title="This page was open too long")


def _is_anybody() -> bool:
    """Whether somebody is signed in; whose session has ended is nobody, also where the request was refused before."""
    find_typist()
    return bool(current_user.is_authenticated)


def _way_back(kept: list[tuple[str, str]]) -> str:
    """Where a form that is kept stands again: at its own address, or on the page it was on."""
    return request.full_path.rstrip("?") if opens_again() else page_of_form(kept)


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # a host we do not serve: there is no address to build a page's links from
        return Response("This site is not served under that name.\n", 400, mimetype="text/plain")
    forget()
    status = error.code or 500
    if error.response is not None:
        return make_response(error.get_response())
    if status == 413 and request.mimetype != "multipart/form-data":
        return _too_much_text()
    if status == 413:
        return _too_large_a_file()
    kept = kept_fields() if status == 401 else []
    if status == 401 and wants_page() and keep_typed(kept):
        return error_page(401, KEPT_FOR_A_DAY, kept=kept, goes_on=_way_back(kept))
    told = NOTHING_KEPT if status == 401 and not kept else _sentence(status)
    response = error_page(status, told, kept=kept, resend=status == 401 and bool(kept))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _too_large_a_file() -> Response:
    """The file is refused beside its field, on the page it was sent from, where what was typed stands as well. Where
    that page cannot be shown, this one leads there and gives the text back."""
    fields = fields_above_the_file()
    page, kept = page_of_form(fields), _typed(fields)
    find_typist()  # whose session has ended is nobody from here on
    if wants_page() and page and _is_ours() and current_user.is_authenticated:
        shown = page_with_refused_file(page, fields)
        if shown is not None:
            return shown
        forget()
    if wants_page():
        keep_typed(kept)
    return error_page(413, _sentence(413), kept=kept, again=page)


def _too_much_text() -> Response:
    kept = oversized_fields()
    below = "What you typed stands below: copy it, shorten it, and send it again from the page before." if kept else ""
    return error_page(413, f"Nothing was saved. {below}".strip(), title=TOO_MUCH_TEXT, kept=kept)


def _sentence(status: int) -> str:
    return {
        401: "You were signed out to protect your account. Your text is kept below. Sign in, then send it again.",
        404: "It may have moved, or you may need to sign in with a different account.",
        413: "Files can be up to 25 MB. Nothing was saved. Choose a smaller file and try again.",
        429: "Wait a minute, then try again.",
    }.get(status, "")


def _database_away(error: Exception) -> Response:
    """503 while the database does not answer in time; the page is made without asking it who is at the screen."""
    with suppress(SQLAlchemyError):
        forget()
    g._login_user = AnonymousUserMixin()
    current_app.logger.error("no database", exc_info=error, extra={"request_id": g.get("request_id", "")})
    return error_page(503, "Nothing was saved just now. Try again in a few minutes.", kept=kept_fields())


def _fault(app: Flask) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        if is_away(error):
            return _database_away(error)
        forget()
        app.logger.error("fault", exc_info=error, extra={"request_id": g.get("request_id", "")})
        if app.testing:
            raise error
        return error_page(500, "What you saved before this is safe. Try again in a few minutes, or contact us.")

    return answer
