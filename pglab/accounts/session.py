"""Who is at the screen: the signed-in person, and how Flask-Security keeps accounts for us."""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, session
from flask_security import Security, SQLAlchemyUserDatastore, current_user, user_authenticated

from pglab.accounts.models import StaffRoleGrant, User
from pglab.core.db import db

SESSION_HOURS = 12

datastore = SQLAlchemyUserDatastore(db, User, StaffRoleGrant)


def me() -> User:
    """The person at the screen; views that call this have declared that somebody is signed in."""
    return cast(User, current_user._get_current_object())


def init_accounts(app: Flask) -> Security:
    """Sign-up with a confirmed email, sign-in with a password of 15 characters or more and a second factor for staff."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_PASSWORD_LENGTH_MIN=15,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_REGISTERABLE=True,
        SECURITY_CONFIRMABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TOTP_SECRETS={"1": settings.secret_key},
        SECURITY_TOTP_ISSUER="PGH Lab",
        SECURITY_FRESHNESS=timedelta(minutes=5),
        SECURITY_FRESHNESS_GRACE_PERIOD=timedelta(minutes=0),
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_REGISTER_URL="/sign-up",
        SECURITY_CONFIRM_URL="/confirm",
        SECURITY_RESET_URL="/reset-password",
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_VERIFY_URL="/account/confirm-it-is-you",
        SECURITY_TWO_FACTOR_SETUP_URL="/account/two-factor",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/sign-in/code",
        SECURITY_POST_LOGIN_VIEW="/account/home",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_EMAIL_SENDER=settings.mail_sender,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
    )
    user_authenticated.connect(remember_viewer, app)
    return Security(app, datastore)


def remember_viewer(_app: Flask, user: User, **_rest: Any) -> None:
    """Keep the person's id in the signed session, for the database to know who looks without another query."""
    session["viewer"] = str(user.id)
    session.permanent = True
