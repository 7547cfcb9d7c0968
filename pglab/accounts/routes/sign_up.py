"""Making an account, confirming its address, and setting a new password through the mailbox."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import services
from pglab.accounts.forms import ButtonForm, EmailForm, NewPasswordForm, SignUpForm
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.services import MAIL_LIMITS, LinkKind, LinkState
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.web.forms import Form
from pglab.web.security import public


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    """A name, an address and a password; the answer never tells whether the address has an account."""
    form, status = SignUpForm(), 422
    if form.submitted():
        try:
            count_mail()
            with transaction():
                services.sign_up(name=form.name.data, email=form.email.data, password=form.password.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return redirect(url_for(".sent", what="confirm"), 303)
    return render_template("accounts/sign_up.html", form=form), status if form.errors else 200


def count_mail() -> None:
    """One mail more from this place; too many have to wait."""
    with transaction():
        services.count_try(MAIL_LIMITS, "mail", request.remote_addr)


@bp.get("/sign-up/sent", defaults={"what": "confirm"})
@bp.get("/reset-password/sent", defaults={"what": "reset"})
@public
def sent(what: str) -> ResponseReturnValue:
    """Look into your mailbox; the same page whoever asked."""
    return render_template("accounts/sent.html", what=what)


@bp.route("/confirm", methods=["GET", "POST"])
@public
def new_confirmation() -> ResponseReturnValue:
    """Ask for a new confirmation link."""
    return send_link_page(LinkKind.CONFIRM)


@bp.route("/reset-password", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a link to set a new password."""
    return send_link_page(LinkKind.RESET)


def send_link_page(kind: LinkKind) -> ResponseReturnValue:
    """One field for the address; the answer is the same for every address."""
    form, status = EmailForm(), 422
    if form.submitted():
        try:
            count_mail()
            with transaction():
                services.ask_for_link(kind, form.email.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return redirect(url_for(".sent", what=kind.value), 303)
    return render_template("accounts/send_link.html", form=form, kind=kind.value), status if form.errors else 200


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """A button, so that a mail scanner that opens the link confirms nothing."""
    link, form = services.read_link(LinkKind.CONFIRM, token), ButtonForm()
    if link.user is None:
        return render_template("accounts/link_trouble.html", link=link, kind="confirm"), trouble_status(link.state)
    if form.submitted():
        with transaction():
            services.confirm_email(link.user)
        flash("Your email is confirmed. Sign in with your password.", "success")
        return redirect(url_for(".sign_in"), 303)
    return page_with_button("accounts/confirm.html", form)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    """A new password; afterwards the person signs in with it, second step included."""
    link, form = services.read_link(LinkKind.RESET, token), NewPasswordForm()
    if link.user is None:
        return render_template("accounts/link_trouble.html", link=link, kind="reset"), trouble_status(link.state)
    if form.submitted():
        try:
            with transaction():
                services.reset_password(link.user, password=form.password.data)
        except RuleError as error:
            form.show(error)
        else:
            flash("Your new password is set. Sign in with it.", "success")
            return redirect(url_for(".sign_in"), 303)
    return page_with_button("accounts/reset.html", form)


def trouble_status(state: LinkState) -> int:
    """404 for a link that never was, 410 for one whose time has passed."""
    return 404 if state is LinkState.UNKNOWN else 410


def page_with_button(template: str, form: Form) -> ResponseReturnValue:
    """The page behind a link, kept out of caches like every page that is not listed."""
    return render_template(template, form=form), 422 if form.errors else 200
