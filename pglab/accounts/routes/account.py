"""A person's own account."""

from uuid import UUID

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import queries, services
from pglab.accounts.forms import ChangePasswordForm, CodeForm, NameForm
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.services import CODE_LIMITS, PASSWORD_LIMITS
from pglab.accounts.session import begin_session, is_this_session, me, renew_session
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.web.security import fresh_sign_in_first, signed_in


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Name, address, roles and teams."""
    return render_template("accounts/account.html", person=me())


@bp.route("/account/name", methods=["GET", "POST"])
@signed_in
def name() -> ResponseReturnValue:
    """Change how one is called."""
    form = NameForm(obj=me())
    if form.submitted():
        with transaction():
            services.change_name(me(), name=form.name.data, actor=me())
        flash("Your name is changed.", "success")
        return redirect(url_for(".account"), 303)
    return render_template("accounts/name.html", form=form), 422 if form.errors else 200


@bp.get("/account/security")
@signed_in
def security() -> ResponseReturnValue:
    """Password, second step, and where one is signed in."""
    return render_template(
        "accounts/security.html",
        person=me(),
        sessions=queries.list_sessions(me()),
        is_this_session=is_this_session,
        passkeys=queries.list_passkeys(me()),
        codes_left=queries.count_recovery_codes(me()),
    )


@bp.post("/account/sessions/<uuid:session_id>/end")
@signed_in
def end_session_on(session_id: UUID) -> ResponseReturnValue:
    """Sign another device out; it is out by its next request."""
    with transaction():
        services.end_one_session(me(), session_id, actor=me())
    flash("That device is signed out.", "success")
    return redirect(url_for(".security"), 303)


@bp.post("/account/sessions/end")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Sign all other devices out."""
    with transaction():
        services.end_other_sessions(me(), this=session["sid"], actor=me())
    flash("All your other devices are signed out.", "success")
    return redirect(url_for(".security"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change the password; every other session ends."""
    form, status = ChangePasswordForm(), 422
    if form.submitted():
        try:
            with transaction():
                services.count_try(PASSWORD_LIMITS, "verify", me().id)
            with transaction():
                services.change_password(me(), current=form.current.data, new=form.new.data, actor=me())
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            renew_session(me(), via="password")
            flash("Your password is changed. Your other devices were signed out.", "success")
            return redirect(url_for(".security"), 303)
    return render_template("accounts/password.html", form=form), status if form.errors else 200


@bp.route("/account/two-factor", methods=["GET", "POST"])
@signed_in
def second_factor() -> ResponseReturnValue:
    """Set up an app that shows codes, by scanning a picture or typing a key; needs a fresh sign-in."""
    answer = fresh_sign_in_first()
    if answer is not None:
        return answer
    form, status = CodeForm(), 422
    if form.submitted() and "new_secret" in session:
        try:
            with transaction():
                services.count_try(CODE_LIMITS, "code", me().id)
            with transaction():
                services.set_second_factor(me(), secret=session["new_secret"], code=form.code.data, actor=me())
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            begin_session(me(), via="authenticator", second_factor=True, persona=bool(session.get("persona")))
            flash("Your second step is set up. You’ll be asked for a code at each sign-in.", "success")
            return redirect(url_for(".home"), 303)
    secret = session.setdefault("new_secret", services.new_secret())
    values = services.setup_values(me(), secret)
    return render_template("accounts/second_factor.html", form=form, values=values), status if form.errors else 200
