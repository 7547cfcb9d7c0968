"""Forms that arrive when their session has ended: kept for a day, and standing in the same page again after signing in.

Who keeps them is handed in by the accounts domain, since pages of the web layer know no people. A form is kept for the
person of the session that ended and the page it stands on; the browser holds the token that opens it, in a cookie that
outlives the session. A form that is sent to an address without a page of its own names its page (`page_of_form`).
"""

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from pglab.core.db import transaction

COOKIE_SECONDS = 24 * 3600
Fields = list[tuple[str, str]]
# A path on this site, without a question, and never another site's address.
OWN_PATH = re.compile(r"/(?!/)[^\s?#\\\x00-\x1f]*")
# In a form that is sent elsewhere: the page it stands on. Among what is kept: the address it was sent to.
STANDS_ON, SENT_TO = "stands_on", "sent_to"
# What a form carries besides what was typed.
CARRIED = frozenset(
    {
        *(
            "version",
            "profile_version",
            "rfp_version",
            "checked",
            "rows",
            "do",
            "then",
            "seen",
            "asked",
            "return",
            "idempotency_key",
        ),
        *("file_upload", "labels", STANDS_ON, SENT_TO),
    }
)


class Keeper(Protocol):
    """Who keeps forms."""

    def keep_form(self, token: str, person: UUID, path: str, fields: Fields) -> bool:
        """Whether these fields are kept now."""

    def find_kept_form(self, token: str, person: UUID, path: str) -> Fields:
        """The fields kept for this person and page; none for anybody else."""

    def forget_kept_form(self, token: str, path: str) -> None:
        """Forget them."""


def init_kept_forms(app: Flask, keeper: Keeper, find_typist: Callable[[], None]) -> None:
    """Keep forms with this keeper; `find_typist` notes whose request it is, where nobody has asked yet."""
    app.extensions["form_keeper"] = keeper
    app.extensions["find_typist"] = find_typist
    app.add_template_global(page_to_name)
    app.after_request(_settle)


def note_typist(person: UUID) -> None:
    """Whose form this request brings: the person at the screen, or the one whose session has just ended."""
    g.typist = person


def keep_typed(fields: Fields) -> bool:
    """Keep what this request brought, if we know whose it is and the page can be opened again; whether it is kept."""
    page = page_of_form(fields)
    if not has_typed(fields) or not page:
        return False
    find_typist()
    person: UUID | None = g.get("typist")
    if person is None:
        return False
    token = _token() or secrets.token_urlsafe(32)
    with transaction():
        kept: bool = _keeper().keep_form(token, person, page, [*fields, (SENT_TO, request.path)])
    if kept:
        g.kept_form_token = token
    return kept


def find_typist() -> None:
    """Have it noted whose request this is, where it was refused before anybody asked."""
    if "typist" not in g:
        current_app.extensions["find_typist"]()


def has_typed(fields: Fields) -> bool:
    """Whether a form brought anything but what its page had put there."""
    return any(name not in CARRIED for name, _ in fields)


def page_of_form(fields: Fields) -> str:
    """The page that shows this request's form: of its own address, or the one it names; empty when there is none."""
    if opens_again():
        return request.path
    named = next((value for name, value in fields if name == STANDS_ON), "")
    return named if OWN_PATH.fullmatch(named) and _is_a_page(named) else ""


def page_to_name(action: str) -> str:
    """Which page a form that is sent to `action` has to name, to be found again after signing in; empty for a form of
    its own page, and for visitors: there is nobody to keep it for. A refused form goes on naming the page it was on."""
    if "typist" not in g:
        return ""
    here = request.path if request.method == "GET" else page_of_form(list(request.form.items()))
    return "" if here == urlsplit(action).path else here


def typed_before() -> MultiDict[str, str]:
    """What a form of this page was sent with when the session had ended; empty on every other day."""
    if "typed_before" in g:
        given: MultiDict[str, str] = g.typed_before
        return given
    if request.method != "GET" or not _token() or g.get("typist") is None or request.args.get("typed") == "no":
        return MultiDict()
    found: MultiDict[str, str] = MultiDict(_keeper().find_kept_form(_token(), g.typist, request.path))
    g.typed_before = found
    return found


def was_typed_in(names: Iterable[str]) -> MultiDict[str, str] | None:
    """What was typed before into a form with these fields; None when it was another form of the page, or nothing."""
    before = typed_before()
    asked = set(names) - CARRIED
    return before if any({name, name.partition("-")[0]} & asked for name in before) else None


def forget_typed(path: str) -> None:
    """What was kept for this page has arrived by another way."""
    if _token():
        with transaction():
            _keeper().forget_kept_form(_token(), path)


def _forget_arrived() -> None:
    """The form of this request arrived. What another form of its page was sent with goes on waiting."""
    person: UUID | None = g.get("typist")
    if opens_again() or not _token() or person is None:
        return forget_typed(request.path)
    page = page_of_form(list(request.form.items()))
    if page and (SENT_TO, request.path) in _keeper().find_kept_form(_token(), person, page):
        forget_typed(page)
    return None


def _settle(response: Response) -> Response:
    token = g.pop("kept_form_token", None)
    if token:
        response.set_cookie(
            _cookie(),
            token,
            max_age=COOKIE_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    elif request.method == "POST" and response.status_code < 400:
        _forget_arrived()
    return response


def opens_again() -> bool:
    """Whether the address of this request is one of a page, too, that can be opened."""
    return _is_a_page(request.path)


def _is_a_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and "GET" in adapter.allowed_methods(path)
    except HTTPException:
        return False


def _keeper() -> Keeper:
    keeper: Keeper = current_app.extensions["form_keeper"]
    return keeper


def _cookie() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"]) + "-typed"


def _token() -> str:
    token = request.cookies.get(_cookie(), "")
    return token if 32 <= len(token) <= 64 else ""
