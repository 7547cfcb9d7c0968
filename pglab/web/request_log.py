"""One JSON line a request: id, person, endpoint, status, milliseconds, statements. No addresses, no content."""

import json
import logging
import secrets
import sys
import time
from typing import Any

from flask import Flask, Response, g, has_request_context, request, session
from sqlalchemy import Engine, event

log = logging.getLogger("pglab.requests")


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_arguments: Any) -> None:
    if has_request_context():
        g.statements = g.get("statements", 0) + 1


def init_request_log(app: Flask) -> None:
    """Number, time and log every request; the id is also in the answer, so that a person can name it to us."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
        log.propagate = False
    log.setLevel(logging.WARNING if app.testing else logging.INFO)

    @app.before_request
    def begin() -> None:
        g.request_id = new_request_id()
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        log.info(
            json.dumps(
                {
                    "request": g.get("request_id", ""),
                    "person": session.get("viewer", ""),
                    "endpoint": request.endpoint or "",
                    "method": request.method,
                    "status": response.status_code,
                    "ms": round(milliseconds(), 1),
                    "statements": g.get("statements", 0),
                }
            )
        )
        return response

    if app.config["SETTINGS"].is_development:
        app.context_processor(lambda: {"dev_footer": dev_footer})


def new_request_id() -> str:
    """What a request is called in the log and in its answer."""
    return secrets.token_hex(8)


def log_kept(request_id: str, endpoint: str, began: float) -> None:
    """The line of a visitor's request that a kept page answered, with the one statement that asks whether it holds."""
    if log.isEnabledFor(logging.INFO):
        taken = round((time.perf_counter() - began) * 1000, 1)
        log.info(
            '{"request": "%s", "person": "", "endpoint": "%s", "method": "GET", "status": 200, "ms": %s, '
            '"statements": 1}',
            *(request_id, endpoint, taken),
        )


def milliseconds() -> float:
    """How long the present request has taken so far."""
    began: float = g.get("began", time.perf_counter())
    return (time.perf_counter() - began) * 1000


def dev_footer() -> str:
    """Statements and time of this page, for the developer's eyes."""
    return f"{g.get('statements', 0)} statements, {milliseconds():.0f} ms"
