"""Passkeys and recovery codes of one's own account; both need a fresh sign-in."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import queries, services
from pglab.accounts.forms import ButtonForm, NewPasskeyForm
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.routes.sign_in import this_site
from pglab.accounts.session import begin_session, challenge_to_sign, me, take_challenge
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.web.security import fresh_sign_in_first, signed_in


@bp.route("/account/passkeys/new", methods=["GET", "POST"])
@signed_in
def new_passkey() -> ResponseReturnValue:
    """Let a device open the account."""
    answer = fresh_sign_in_first()
    if answer is not None:
        return answer
    form = NewPasskeyForm()
    if form.submitted():
        try:
            with transaction():
                services.add_passkey(
                    me(),
                    form.device_answer.data,
                    name=form.name.data,
                    site=this_site(),
                    challenge=take_challenge(),
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            begin_session(me(), via="passkey", second_factor=True, persona=bool(session.get("persona")))
            flash("Your passkey is set up. You can sign in with it from now on.", "success")
            return redirect(url_for(".security"), 303)
    asked = services.options_to_add(me(), this_site(), challenge_to_sign())
    return render_template("accounts/keys/passkey_new.html", form=form, asked=asked), 422 if form.errors else 200


@bp.route("/account/passkeys/<uuid:passkey_id>/removal", methods=["GET", "POST"])
@signed_in
def passkey_removal(passkey_id: UUID) -> ResponseReturnValue:
    """Let a device no longer open the account."""
    passkey = next((each for each in queries.list_passkeys(me()) if each.id == passkey_id), None)
    if passkey is None:
        raise NotFoundError("You have no such passkey.")
    answer = fresh_sign_in_first()
    if answer is not None:
        return answer
    form = ButtonForm()
    if form.submitted():
        with transaction():
            services.remove_passkey(me(), passkey_id, actor=me())
        flash("The passkey is removed.", "success")
        return redirect(url_for(".security"), 303)
    return render_template(
        "accounts/keys/passkey_removal.html", form=form, passkey=passkey
    ), 422 if form.errors else 200


@bp.route("/account/recovery-codes", methods=["GET", "POST"])
@signed_in
def recovery_codes() -> ResponseReturnValue:
    """Ten codes to print, shown before they count; pressing the button makes them count and earlier ones void."""
    answer = fresh_sign_in_first()
    if answer is not None:
        return answer
    seed = session.setdefault("recovery_seed", services.new_seed())
    codes, form = services.codes_from(seed, secret=current_app.config["SECRET_KEY"]), ButtonForm()
    if form.submitted():
        try:
            with transaction():
                services.keep_recovery_codes(me(), codes, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            session.pop("recovery_seed")
            flash("Your recovery codes work from now on. Earlier ones don’t.", "success")
            return redirect(url_for(".security"), 303)
    return render_template("accounts/keys/recovery_codes.html", form=form, codes=codes), 422 if form.problems else 200
