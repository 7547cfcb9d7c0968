"""Refusals as pages in the site's look, or as JSON for programs. Nothing typed is lost."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]  # Flask-Login ships no types
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, Preamble

from pglab.core.db import forget
from pglab.core.errors import DomainError
from pglab.web.security import LARGEST_FORM

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
# What a form carries besides what was typed: of no use to whoever copies the text.
UNTYPED = {"version", "rfp_version", "checked", "rows", "do", "then"}
# A longer text is not given back: reading and showing it would cost more than it can be worth to anybody.
LONGEST_KEPT = 4_000_000
# What a resend page never carries: one-time tokens and secrets.
NOT_KEPT = {"csrf_token", "seen", "password", "current", "new", "code", "device_answer"}


def init_errors(app: Flask) -> None:
    """Register one answer for each way a request can fail."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault(app))


def error_page(status: int, message: str = "", **context: Any) -> Response:
    """One error in the site's look, with the request's id; JSON where the client asked for it."""
    title = context.pop("title", "") or TITLES.get(status, TITLES[500 if status >= 500 else 400])
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        body: Response = jsonify(error=title, message=message, request_id=g.get("request_id", ""))
    else:
        html = render_template("errors/page.html", status=status, title=title, message=message, **context)
        body = make_response(html)
    body.status_code = status
    return body


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
    return [(name, value) for name, value in fields if name not in NOT_KEPT and value]


def _domain_error(error: DomainError) -> Response:
    forget()
    kept = [each for each in kept_fields() if each[0] not in UNTYPED] if error.status in (409, 410, 503) else []
    return error_page(error.status, error.message, kept=kept, title=_not_now(error.status))


def _not_now(status: int) -> str:
    """What a page is called that cannot be opened at this stage: nobody's change came in between."""
    return "That isn’t possible now" if status == 409 and request.method == "GET" else ""


def _csrf_error(_error: CSRFError) -> Response:
    kept = kept_fields()
    message = (
        "This page was open too long. We kept your text. Check it and send it again."
        if kept
        else "This page was open too long, or it was sent from another site. Go back, open the page again, and retry."
    )
    return error_page(400, message, kept=kept, resend=bool(kept))


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # a host we do not serve: there is no address to build a page's links from
        return Response("This site is not served under that name.\n", 400, mimetype="text/plain")
    forget()
    status = error.code or 500
    if error.response is not None:
        return make_response(error.get_response())
    if status == 413 and request.mimetype != "multipart/form-data":
        return _too_much_text()
    kept = kept_fields() if status == 401 else fields_above_the_file() if status == 413 else []
    response = error_page(status, _sentence(status), kept=kept, resend=status == 401 and bool(kept))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


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


def _database_away(error: OperationalError) -> Response:
    """503 while the database does not answer; the page is made without asking it who is at the screen."""
    with suppress(OperationalError):
        forget()
    g._login_user = AnonymousUserMixin()
    current_app.logger.error("no database", exc_info=error, extra={"request_id": g.get("request_id", "")})
    return error_page(503, "Nothing was saved just now. Try again in a few minutes.", kept=kept_fields())


def _fault(app: Flask) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        if isinstance(error, OperationalError):
            return _database_away(error)
        forget()
        app.logger.error("fault", exc_info=error, extra={"request_id": g.get("request_id", "")})
        if app.testing:
            raise error
        return error_page(500, "What you saved before this is safe. Try again in a few minutes, or contact us.")

    return answer
