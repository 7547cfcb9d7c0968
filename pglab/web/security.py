"""Who may open which page: declared on every view, or the app does not start. Also the headers of every answer."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_security.utils import check_and_update_authn_fresh
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Unauthorized
from werkzeug.routing import IntegerConverter, UnicodeConverter

from pglab.core.errors import AccessDeniedError

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

STEP_UP = timedelta(minutes=5)
# A confirm page opened with a fresh sign-in may be read for a while before its button is pressed.
STEP_UP_FOR_THE_BUTTON = timedelta(minutes=10)


def content_security_policy(*connect: str) -> str:
    """What a page of ours may load and talk to: this site, and `connect` on the few pages that name another origin."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            " ".join(["connect-src 'self'", *connect]),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "manifest-src 'self'",
        ]
    )


CONTENT_SECURITY_POLICY = content_security_policy()
# Kept by anybody, and asked about before each showing.
KEEPING = "public, max-age=0, must-revalidate"
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Audience(StrEnum):
    """Who a view is for."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SECOND_FACTOR = "second_factor"
    ROLES = "roles"
    DEVELOPMENT = "development"


@dataclass(frozen=True)
class Access:
    """What a view declares: its audience, the roles if it names any, and whether a recent sign-in is needed."""

    audience: Audience
    roles: frozenset[StrEnum] = frozenset()
    fresh: bool = False
    cacheable: bool = False
    one_click: bool = False
    by_itself: bool = False


class UndeclaredViewError(Exception):
    """A route was added without saying who may open it."""


def declare(view: View, access: Access) -> View:
    """Put the declaration on a view and make it hold; also for views of libraries."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        answer = refusal(access)
        return view(*args, **kwargs) if answer is None else answer

    guarded.access = access  # type: ignore[attr-defined]  # the declaration travels with the view
    return guarded  # type: ignore[return-value]  # same call signature as the view


def public(view: View) -> View:
    """Anyone may open this."""
    return declare(view, Access(Audience.PUBLIC))


def public_page(view: View) -> View:
    """Anyone may open this, and a signed-out visitor's copy may be kept and re-checked by caches."""
    return declare(view, Access(Audience.PUBLIC, cacheable=True))


def one_click(view: View) -> View:
    """Whoever holds the link may send this, from any program and without a cookie (RFC 8058): the secret in the address
    stands in for a form's token. Only for what its holder alone is concerned by, like stopping their own mail."""
    return declare(view, Access(Audience.PUBLIC, one_click=True))


def is_one_click(view: object) -> bool:
    """Whether a request to this view may come from outside our pages."""
    access: Access | None = getattr(view, "access", None)
    return access is not None and access.one_click


def signed_in(view: View) -> View:
    """Anyone with an account; what they may see inside is decided where the thing is fetched."""
    return declare(view, Access(Audience.SIGNED_IN))


def asked_by_itself(view: View) -> View:
    """As `signed_in`, for what a page of ours asks without anybody pressing anything: it keeps no session alive, unless
    it says that keys were pressed."""
    return declare(view, Access(Audience.SIGNED_IN, by_itself=True))


def asks_who_it_is() -> bool:
    """Whether the page asked for is for people who signed in."""
    access = _access_here()
    return access is not None and access.audience not in (Audience.PUBLIC, Audience.DEVELOPMENT)


def is_a_sign_of_life() -> bool:
    """Whether this request shows that somebody is at the screen."""
    access = _access_here()
    return access is None or not access.by_itself or request.form.get("typed") == "yes"


def _access_here() -> Access | None:
    access: Access | None = getattr(current_app.view_functions.get(request.endpoint or ""), "access", None)
    return access


def second_factor(view: View) -> View:
    """City work by people without a staff role (evaluators, champions): signed in with a second factor."""
    return declare(view, Access(Audience.SECOND_FACTOR))


def requires(*roles: StrEnum, fresh: bool = False) -> Callable[[View], View]:
    """People holding any of these staff roles, signed in with a second factor; `fresh`: signed in within 5 minutes."""
    return lambda view: declare(view, Access(Audience.ROLES, frozenset(roles), fresh=fresh))


def development_only(view: View) -> View:
    """Exists on a developer's machine only."""
    return declare(view, Access(Audience.DEVELOPMENT))


def refusal(access: Access) -> ResponseReturnValue | None:
    """What to answer instead of the page, or None when the person at the screen may open it."""
    if access.audience is Audience.DEVELOPMENT:
        if current_app.config["SETTINGS"].is_production:
            abort(404)
        return None
    if access.audience is Audience.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return sign_in_first()
    if access.audience is Audience.ROLES and not current_user.has_staff_role(*access.roles):
        raise AccessDeniedError("This page is for " + spoken(access.roles) + ". Your account has another role.")
    if access.audience in (Audience.ROLES, Audience.SECOND_FACTOR) and not has_second_factor():
        flash("City work needs a second step at sign-in. Set it up first; it takes two minutes.", "info")
        return redirect(url_for("accounts.second_factor"), 303)
    return fresh_sign_in_first() if access.fresh else None


def spoken(roles: frozenset[StrEnum]) -> str:
    """`a director or a program manager`: a role that has a spoken form is called by it."""
    names = sorted(str(getattr(role, "spoken", role.value.replace("_", " "))) for role in roles)
    return " or ".join(f"an {name}" if name[0] in "aeiou" else f"a {name}" for name in names)


def has_second_factor() -> bool:
    """Whether this very sign-in was completed with a second factor (a development persona counts as one)."""
    return bool(session.get("second_factor"))


def sign_in_first() -> ResponseReturnValue:
    """Send a visitor to sign in and back; what a form held is kept by the 401 page."""
    if request.method not in ("GET", "HEAD"):
        raise Unauthorized
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)


def fresh_sign_in_first() -> ResponseReturnValue | None:
    """Ask for the password again when the last sign-in is too long ago for an approval, opening, release or grant."""
    within = STEP_UP if request.method in ("GET", "HEAD") else STEP_UP_FOR_THE_BUTTON
    if check_and_update_authn_fresh(within, timedelta(0), "session"):
        return None
    flash("Confirm it’s you before you go on.", "info")
    return redirect(url_for("accounts.verify", next=request.path), 303)


def check_declarations(app: Flask) -> None:
    """Refuse to start when a view does not say who may open it."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    if silent:
        raise UndeclaredViewError(f"These views do not declare who may open them: {', '.join(sorted(silent))}")


def declare_library_views(app: Flask, declarations: dict[str, Access]) -> None:
    """Declare the views that libraries brought."""
    for endpoint, access in declarations.items():
        view: Callable[..., ResponseReturnValue] = app.view_functions[endpoint]  # type: ignore[assignment]  # none is async
        app.view_functions[endpoint] = declare(view, access)


def init_origin_check(app: Flask) -> None:
    """Refuse what another site had a browser send, even with a token: the browser itself tells where it comes from.

    A browser that tells neither (or `null`, as it does for pages without referrer) is left to the token.
    """

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or is_one_click(app.view_functions.get(request.endpoint or "")):
            return
        origin, site = request.headers.get("Origin", "null"), request.headers.get("Sec-Fetch-Site", "same-origin")
        own = {request.host, urlsplit(app.config["SETTINGS"].base_url).netloc}
        if site not in ("same-origin", "none") or (origin != "null" and origin.partition("://")[2] not in own):
            raise CSRFError


# The longest form has a few answers of 20,000 signs; only a form with a file may be larger.
LARGEST_FORM = 1_000_000
LARGEST_UPLOAD = 26 * 1024 * 1024


class CountedConverter(IntegerConverter):
    """A number in an address, as we count: ASCII digits, and few enough for the database. Anything else is no page."""

    regex = "[0-9]{1,9}"


class WordConverter(UnicodeConverter):
    """A part of an address; with a NUL, which no text in the database can hold, it is no page."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.regex = self.regex.replace("[^/]", "[^/\\x00]")


def init_limits(app: Flask) -> None:
    """Refuse what is larger than any page of ours sends with 413, before it is read; what cannot be is no address."""
    app.url_map.converters.update(int=CountedConverter, string=WordConverter, default=WordConverter)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_UPLOAD, MAX_FORM_MEMORY_SIZE=LARGEST_FORM)

    @app.before_request
    def limit_forms_without_files() -> None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = LARGEST_FORM


def init_headers(app: Flask) -> None:
    """Every answer, error pages and files included, carries the security headers; only listed pages may be kept."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SETTINGS"].base_url.startswith("https://"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        response.headers.setdefault("Cache-Control", KEEPING if may_be_kept(response) else "no-store")
        response.headers.add("Vary", "Cookie")
        return response


def may_be_kept(response: Response) -> bool:
    """Whether this answer is a public page, made for somebody without a session: the same for every visitor."""
    access = _access_here()
    return access is not None and access.cacheable and response.status_code == 200 and not session
