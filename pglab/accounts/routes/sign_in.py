"""Signing in, in one or two steps, signing out, and showing once more that it is really you."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts import queries, services
from pglab.accounts.forms import PasskeyForm, SecondStepForm, SignInForm, VerifyForm
from pglab.accounts.models import User
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.services import PASSWORD_LIMITS, Site, Visitor
from pglab.accounts.session import (
    await_code,
    awaited,
    begin_session,
    challenge_to_sign,
    device_token,
    end_session,
    me,
    own_path,
    renew_session,
    session_rest,
    take_challenge,
)
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.web.security import asked_by_itself, public, signed_in

NOT_SIGNED_IN = "Check your email and password. They don’t fit an account, or its email isn’t confirmed yet."
WORKSPACE_PREFIXES = ("/manage", "/finance", "/review", "/workspace", "/admin", "/apply")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Email and password; people with a second step go on to the code."""
    next_path = own_path(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(next_path or url_for(".home"), 303)
    form, status = SignInForm(), 422
    if form.submitted():
        try:
            user = person_with(form.email.data, form.password.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return go_on(user, next_path)
    return sign_in_page(form, PasskeyForm(formdata=None), next_path), status if form.errors else 200


def sign_in_page(form: SignInForm, passkey: PasskeyForm, next_path: str | None) -> str:
    """The ways in: email and password, or a passkey."""
    asked = services.options_to_sign_in(this_site(), challenge_to_sign())
    return render_template("accounts/sign_in.html", form=form, passkey=passkey, asked=asked, next_path=next_path)


def this_site() -> Site:
    """The site as passkeys know it."""
    return Site(current_app.config["SETTINGS"].base_url)


@bp.post("/sign-in/passkey")
@public
def sign_in_by_passkey() -> ResponseReturnValue:
    """A device signs; that is both steps at once."""
    next_path, form = own_path(request.values.get("next")), PasskeyForm()
    if form.submitted():
        try:
            with transaction():
                answer = form.device_answer.data
                user = services.find_by_passkey(answer, site=this_site(), challenge=take_challenge())
        except RuleError as error:
            form.show(error)
        else:
            begin_session(user, via="passkey", second_factor=True)
            return redirect(next_path or url_for(".home"), 303)
    return sign_in_page(SignInForm(formdata=None), form, next_path), 422


def visitor() -> Visitor:
    """Where this request comes from."""
    return Visitor(request.remote_addr or "", device_token())


def person_with(email: str, password: str) -> User:
    """Whose email and password these are; RuleError, the same for every reason, when they fit nobody."""
    with transaction():
        counted = services.count_password_try(email, visitor())
    user = services.find_by_password(email, password)
    if user is None:
        raise RuleError(NOT_SIGNED_IN)
    with transaction():
        services.forget_tries(*counted)
    return user


def go_on(user: User, next_path: str | None) -> ResponseReturnValue:
    """The code page for those with a second step, the wanted page for everyone else."""
    if queries.has_second_step(user):
        await_code(user, next_path)
        return redirect(url_for(".code"), 303)
    begin_session(user, via="password")
    return redirect(next_path or url_for(".home"), 303)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The six digits of the second step, a recovery code, or a passkey."""
    waiting = awaited()
    user = queries.find_user_by_stamp(waiting["stamp"]) if waiting else None
    if waiting is None or user is None:
        flash("That took too long. Sign in again.", "info")
        return redirect(url_for(".sign_in"), 303)
    form, status = SecondStepForm(), 422
    if form.submitted():
        try:
            enter_code(user, form.code.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            begin_session(user, via="authenticator", second_factor=True)
            return redirect(own_path(waiting["next"]) or url_for(".home"), 303)
    asked = services.options_to_sign_in(this_site(), challenge_to_sign())
    page = render_template(
        "accounts/code.html", form=form, asked=asked, passkey=PasskeyForm(formdata=None), next_path=waiting["next"]
    )
    return page, status if form.errors else 200


def enter_code(user: User, written: str) -> None:
    """Check the code and use it up; too many wrong ones have to wait."""
    with transaction():
        counted = services.count_code_try(user, visitor())
    with transaction():
        services.check_code(user, written)
        services.forget_tries(*counted)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session on this device."""
    end_session()
    flash("You’re signed out.", "success")
    return redirect("/", 303)


@bp.post("/account/session")
@asked_by_itself
def rest() -> ResponseReturnValue:
    """For the page itself: how many seconds the session goes on. Asking keeps nobody signed in; a page that says keys
    were pressed, or “Stay signed in” was, begins the time anew."""
    return {"seconds": session_rest()}


@bp.get("/account/home")
@signed_in
def home() -> ResponseReturnValue:
    """Each person's own workspace: the first one in the header that is theirs, else the account page."""
    for space in current_app.extensions.get("workspaces", []):
        if space.prefix.startswith(WORKSPACE_PREFIXES) and space.shown():
            return redirect(url_for(space.endpoint), 303)
    return redirect(url_for(".account"), 303)


@bp.route("/account/confirm-it-is-you", methods=["GET", "POST"])
@signed_in
def verify() -> ResponseReturnValue:
    """The password once more, before approvals, openings, releases and changes of roles."""
    next_path, form, status = own_path(request.values.get("next")), VerifyForm(), 422
    if form.submitted():
        try:
            verify_password(form.password.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            renew_session(me(), via="password")
            flash("Thank you. You can go on for the next five minutes.", "success")
            return redirect(next_path or url_for(".home"), 303)
    return render_template("accounts/verify.html", form=form, next_path=next_path), status if form.errors else 200


def verify_password(password: str) -> None:
    """RuleError unless it is the password of the person at the screen."""
    with transaction():
        counted = services.count_try(PASSWORD_LIMITS, "verify", me().id)
    if not services.password_fits(me(), password):
        raise RuleError("This is not your password.", "password")
    with transaction():
        services.forget_tries(counted)
