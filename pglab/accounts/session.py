"""Who is at the screen, and for how long: the signed-in person, and how Flask-Security keeps accounts for us.

Flask-Security hashes passwords, signs links, checks codes and knows how fresh a sign-in is. Its pages are not used:
ours speak the words of the City, confirm by a button and write the audit log in the same transaction.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, flash, g, request, session
from flask_security import Security, SQLAlchemyUserDatastore, current_user
from flask_security.utils import login_user, logout_user

from config import Settings
from pglab.accounts import queries, services
from pglab.accounts.models import StaffRoleGrant, User
from pglab.accounts.services import OneTimeCodes, code_keys
from pglab.core.clock import machine_now
from pglab.core.db import db, forget, transaction
from pglab.web.errors import wants_page
from pglab.web.kept_forms import init_kept_forms, note_typist
from pglab.web.security import is_a_sign_of_life

LONGEST = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
# A demo persona may stay.
PERSONA = timedelta(days=30)
# How long somebody may take between password and code.
CODE_WITHIN = timedelta(minutes=10)
# How long a device may take to sign.
CHALLENGE_WITHIN = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
DEVICE_COOKIE_SECONDS = 365 * 24 * 3600


class People(SQLAlchemyUserDatastore):
    """Flask-Security's way to accounts; whoever is at the screen has come with their session already."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> User | None:
        known: User | None = g.get("signed_in")
        if known is not None and wanted == {"fs_uniquifier": known.fs_uniquifier}:
            return known
        return cast(User | None, super().find_user(case_insensitive, **wanted))


datastore = People(db, User, StaffRoleGrant)  # type: ignore[arg-type]  # a grant is our kind of role


def me() -> User:
    """The person at the screen; views that call this have declared that somebody is signed in."""
    return cast(User, current_user._get_current_object())


def init_accounts(app: Flask, does_city_work: Callable[[User], bool]) -> Security:
    """Passwords as argon2id hashes, codes good for once, sessions that end: idle after 15 minutes for City work (staff,
    and whoever `does_city_work`), after 30 for everyone else, all after 12 hours."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS=code_keys(signing_keys(settings)),
        SECURITY_TOTP_ISSUER="PGH Lab",
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_CLI_USERS_NAME="",
        SECURITY_CLI_ROLES_NAME="",
        PERMANENT_SESSION_LIFETIME=LONGEST,
    )
    app.extensions["does_city_work"] = does_city_work
    app.before_request(end_old_session)
    init_kept_forms(app, services, end_old_session)
    app.after_request(keep_device_cookie)
    security = Security(app, datastore, register_blueprint=False, totp_cls=OneTimeCodes)
    # The session alone says who asks: no token in a header or in JSON does.
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # Flask-Login puts itself there
    for serializer in (security.confirm_serializer, security.reset_serializer):
        serializer.secret_keys = [key.encode() for key in signing_keys(settings)]
    return security


def signing_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that sign sessions, forms and links, oldest first: the last one signs, all of them are believed."""
    return (*reversed(settings.secret_old_keys), settings.secret_key)


def begin_session(user: User, *, via: str, second_factor: bool = False, persona: bool = False) -> None:
    """Sign the person in under a new session: nothing of the one before is kept, its token included, and that one ends.

    The person's id is kept in the signed cookie, so that the database knows who looks without another query.
    """
    city_work = user.is_staff or current_app.extensions["does_city_work"](user)
    idle = PERSONA if persona else IDLE_STAFF if city_work else IDLE
    device = services.device_name(request.user_agent.string)
    with transaction():
        services.end_session_of(session.get("sid", ""))
        sid = services.open_session(user, via=via, device=device, idle=idle, longest=PERSONA if persona else LONGEST)
        if not persona:
            services.remember_device(user, device_token(made=True), device=device)
    forget_session()
    login_user(user, remember=False, authn_via=[via])
    session.permanent = True
    session.update(sid=sid, viewer=str(user.id), second_factor=second_factor)
    if persona:
        session["persona"] = True


def renew_session(user: User, *, via: str) -> None:
    """A new session for somebody who has just proved again who they are; how they had come in still counts."""
    begin_session(
        user,
        via=via,
        second_factor=bool(session.get("second_factor")),
        persona=bool(session.get("persona")),
    )


def end_session() -> None:
    """Sign out on this device; a copy of its cookie opens nothing any more."""
    with transaction():
        services.end_session_of(session.get("sid", ""))
    logout_user()
    forget_session()


def forget_session() -> None:
    """Empty the session; the next form gets a new token."""
    session.clear()
    g.pop("csrf_token", None)


def end_old_session() -> None:
    """Sign out whose session was ended elsewhere, has rested too long, or began half a day ago."""
    if request.endpoint == "static":
        return
    if "_user_id" not in session:
        _note_whose(session.get("ended"))
        return
    opened = queries.find_session(services.hashed(session.get("sid", "")))
    if opened is None or str(opened.user_id) != session.get("viewer"):
        ended = session.get("sid") if opened is None else None
        forget()  # the database was told who looks; what follows is asked by nobody
        logout_user()
        forget_session()
        _note_whose(ended)
        if request.method == "GET" or not wants_page():  # a form that was sent gets a page of its own that says so
            flash("You were signed out to protect your account. Sign in to go on where you were.", "info")
        return
    g.signed_in = opened.user
    note_typist(opened.user_id)
    now, seen_at, idle, ends_at = machine_now(), opened.seen_at, opened.idle_seconds, opened.ends_at
    if now - seen_at > SEEN_EVERY and is_a_sign_of_life():
        with transaction():
            services.touch_session(opened)
        seen_at = now
    g.session_rest = max(0, int((min(seen_at + timedelta(seconds=idle), ends_at) - now).total_seconds()))


def session_rest() -> int:
    """How many seconds the session at hand goes on when nobody presses a key any more."""
    return int(g.session_rest)


def _note_whose(ended: str | None) -> None:
    """What arrives from this browser until somebody signs in was typed by the person whose session ended in it."""
    if not ended:
        return
    session["ended"] = ended
    typist = queries.find_person_of_session(services.hashed(ended)) if request.method == "POST" else None
    if typist is not None:
        note_typist(typist)


def this_session() -> str:
    """The hash by which the session of the browser at hand is kept."""
    return services.hashed(session.get("sid", ""))


def is_this_session(token_hash: str) -> bool:
    """Whether a session is the one of the browser at hand."""
    return token_hash == this_session()


def device_token(*, made: bool = False) -> str:
    """What this browser is known by; empty when it is not, unless a new one is to be `made`."""
    token: str = g.get("device_token") or request.cookies.get(_device_cookie(), "")
    if made and len(token) < 32:
        token = g.device_token = secrets.token_urlsafe(32)
    return token[:64]


def keep_device_cookie(response: Response) -> Response:
    """Hand a new browser the token by which it is known from now on."""
    token = g.pop("device_token", None)
    if token:
        response.set_cookie(
            _device_cookie(),
            token,
            max_age=DEVICE_COOKIE_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def _device_cookie() -> str:
    return str(current_app.config["SESSION_COOKIE_NAME"]) + "-device"


def challenge_to_sign() -> str:
    """What a device is asked to sign for this browser; the same while it is young, so that two tabs do not quarrel."""
    known: dict[str, Any] = session.get("challenge") or {"at": 0.0}
    if machine_now().timestamp() - known["at"] > CHALLENGE_WITHIN.total_seconds() / 2:
        known = session["challenge"] = {"of": services.new_challenge(), "at": machine_now().timestamp()}
    return str(known["of"])


def take_challenge() -> str:
    """What this browser was asked to have signed, if that is not too long ago; it is asked only once."""
    known: dict[str, Any] = session.pop("challenge", None) or {"at": 0.0}
    young = machine_now().timestamp() - known["at"] <= CHALLENGE_WITHIN.total_seconds()
    return str(known["of"]) if young else services.new_challenge()


def await_code(user: User, next_path: str | None) -> None:
    """Note that this person's password was right, and a code is still to come."""
    forget_session()
    session["awaits_code"] = {"stamp": user.fs_uniquifier, "at": machine_now().timestamp(), "next": next_path or ""}


def awaited() -> dict[str, Any] | None:
    """Who has to enter a code and where they want to go; None when nobody has, or it took too long."""
    waiting: dict[str, Any] | None = session.get("awaits_code")
    if waiting is None or machine_now().timestamp() - waiting["at"] > CODE_WITHIN.total_seconds():
        return None
    return waiting


def own_path(written: str | None) -> str | None:
    """The address when it is a path on this site, None for anything that could lead elsewhere."""
    address = written or ""
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() and len(address) <= 2000 else None
