"""Who is at the screen, and for how long: the signed-in person, and how Flask-Security keeps accounts for us.

Flask-Security hashes passwords, signs links, checks codes and knows how fresh a sign-in is. Its pages are not used:
ours speak the words of the City, confirm by a button and write the audit log in the same transaction.
"""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, flash, g, request, session
from flask_security import Security, SQLAlchemyUserDatastore, current_user
from flask_security.utils import login_user, logout_user

from pglab.accounts.models import StaffRoleGrant, User
from pglab.accounts.services import OneTimeCodes
from pglab.core.clock import machine_now
from pglab.core.db import db

LONGEST = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
# How long somebody may take between password and code.
CODE_WITHIN = timedelta(minutes=10)
A_MINUTE = 60

datastore = SQLAlchemyUserDatastore(db, User, StaffRoleGrant)  # type: ignore[arg-type]  # a grant is our kind of role


def me() -> User:
    """The person at the screen; views that call this have declared that somebody is signed in."""
    return cast(User, current_user._get_current_object())


def init_accounts(app: Flask) -> Security:
    """Passwords as argon2id hashes, codes good for once, sessions that end: idle after 15 or 30 minutes, all after 12
    hours."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS={"1": settings.secret_key},
        SECURITY_TOTP_ISSUER="PGH Lab",
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_CLI_USERS_NAME="",
        SECURITY_CLI_ROLES_NAME="",
        PERMANENT_SESSION_LIFETIME=LONGEST,
    )
    app.before_request(end_old_session)
    return Security(app, datastore, register_blueprint=False, totp_cls=OneTimeCodes)


def begin_session(user: User, *, via: str, persona: bool = False) -> None:
    """Sign the person in under a new session: nothing of the one before is kept, its token included.

    The person's id is kept in the signed session, so that the database knows who looks without another query.
    """
    forget_session()
    login_user(user, remember=False, authn_via=[via])
    now = machine_now().timestamp()
    session.permanent = True
    session.update(viewer=str(user.id), began=now, seen=now, idle=(IDLE_STAFF if user.is_staff else IDLE).seconds)
    if persona:
        session["persona"] = True


def end_session() -> None:
    """Sign out on this device."""
    logout_user()
    forget_session()


def forget_session() -> None:
    """Empty the session; the next form gets a new token."""
    session.clear()
    g.pop("csrf_token", None)


def end_old_session() -> None:
    """Sign out who was away too long, or has been signed in for half a day; a demo persona may stay."""
    if "_user_id" not in session or request.endpoint == "static" or session.get("persona"):
        return
    now = machine_now().timestamp()
    began, seen = session.setdefault("began", now), session.setdefault("seen", now)
    if now - began > LONGEST.total_seconds() or now - seen > session.setdefault("idle", IDLE_STAFF.seconds):
        end_session()
        flash("You were signed out to protect your account. Sign in to go on where you were.", "info")
    elif now - seen > A_MINUTE:
        session["seen"] = now


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
