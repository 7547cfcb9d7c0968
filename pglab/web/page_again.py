"""A page shown once more in answer to a form that was refused before any view read it: with what was typed, and why."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, request, session
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from pglab.core.errors import DomainError
from pglab.web.kept_forms import Fields, has_typed

TOO_LARGE = "The file can be up to 25 MB. Select a smaller one."


def page_with_refused_file(page: str, fields: Fields) -> Response | None:
    """The page of a form whose file is larger than anything we read: what was typed stands in it, the refusal beside
    its file field. None when the person may not open that page now, or it takes no file."""
    g.typed_before = MultiDict(fields if has_typed(fields) else [])
    g.refused_file, g.file_refused = TOO_LARGE, False
    try:
        with RequestContext(current_app._get_current_object(), _visit(page, fields), session=_session()):  # type: ignore[attr-defined]  # a proxy
            shown = current_app.make_response(_open())
    except (DomainError, HTTPException):
        return None
    finally:
        del g.refused_file
    if shown.status_code not in (200, 422) or not g.file_refused:
        return None
    shown.status_code = 413
    return shown


def refused_file() -> str:
    """What to say beside the file field of the page at hand; empty unless its file was refused unread."""
    why: str = g.get("refused_file", "")
    g.file_refused = bool(why)
    return why


def _session() -> Any:
    return session._get_current_object()  # type: ignore[attr-defined]  # a proxy


def _visit(page: str, fields: Fields) -> dict[str, Any]:
    """The request at hand as a visit to the page, by the same person in the same browser."""
    came_from = urlencode([(name, value) for name, value in fields if name == "return"])
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": page.encode().decode("latin-1"), "QUERY_STRING": came_from}
    return {**request.environ, **asked, "CONTENT_LENGTH": "0", "CONTENT_TYPE": "", "wsgi.input": BytesIO()}


def _open() -> ResponseReturnValue:
    """What the page's own part of the site asks first is asked here too; the view's declaration holds in any case."""
    for name in request.blueprints:
        for ask in current_app.before_request_funcs.get(name, ()):
            answer: ResponseReturnValue | None = current_app.ensure_sync(ask)()
            if answer is not None:
                return answer
    return current_app.dispatch_request()
