"""What an invitation's link opens, and the link of a new address."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts import queries, services
from pglab.accounts.forms import AnswerForm, ButtonForm, NewEmailForm
from pglab.accounts.models import Invitation, InvitationState
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.routes.sign_up import count_mail
from pglab.accounts.session import me, renew_session
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.web.security import fresh_sign_in_first, public, sign_in_first, signed_in


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Who invited, as what, and the two answers; answering needs the account of the invited address."""
    found, form = queries.find_invitation(services.hashed(token)), AnswerForm()
    if found is None or found.state is not InvitationState.OPEN or found.expires_at <= queries.real_now():
        return invitation_trouble(found)
    if request.method == "POST" and not current_user.is_authenticated:
        return sign_in_first()
    if form.submitted():
        try:
            return answer_invitation(found, form)
        except RuleError as error:
            form.show(error)
    own = current_user.is_authenticated and me().email_key == found.email_key
    page = render_template("accounts/team/invitation.html", form=form, invitation=found, own=own)
    return page, 422 if form.problems else 200


def invitation_trouble(found: Invitation | None) -> ResponseReturnValue:
    """Why the link opens nothing; whoever holds one that ran out may ask for a new invitation."""
    may_ask = found is not None and services.may_ask_again(found)
    page = render_template("accounts/team/invitation_trouble.html", invitation=found, may_ask=may_ask)
    return page, 404 if found is None else 410


@bp.post("/invitations/<token>/renewal")
@public
def invitation_renewal(token: str) -> ResponseReturnValue:
    """Ask for a new invitation instead of one that ran out."""
    found = queries.find_invitation(services.hashed(token))
    if found is None:
        return invitation_trouble(None)
    with transaction():
        services.ask_again(found)
    flash(f"We asked {found.organization.legal_name} for a new invitation. It comes by email.", "success")
    return redirect(url_for(".invitation", token=token), 303)


def answer_invitation(found: Invitation, form: AnswerForm) -> ResponseReturnValue:
    """Join or say no; RuleError when this account may not."""
    joins = form.reply.data == "accept"
    with transaction():
        (services.accept_invitation if joins else services.decline_invitation)(found, actor=me())
    if joins:
        flash(f"You are on the team of {found.organization.legal_name} now.", "success")
        return redirect(url_for(".organization", organization_id=found.organization_id), 303)
    flash("You said no. We told the person who invited you.", "success")
    return redirect(url_for(".account"), 303)


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in
def email() -> ResponseReturnValue:
    """Ask for another address; a link goes to the new mailbox."""
    asked = fresh_sign_in_first()
    if asked is not None:
        return asked
    form, status = NewEmailForm(), 422
    if form.submitted():
        try:
            count_mail()
            with transaction():
                services.ask_email_change(me(), email=form.email.data, actor=me())
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            flash("We sent a message to the new address. Open the link in it within 15 minutes.", "success")
            return redirect(url_for(".account"), 303)
    return render_template("accounts/email.html", form=form), status if form.problems else 200


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@signed_in
def new_email(token: str) -> ResponseReturnValue:
    """A button, so that a mail scanner that opens the link changes nothing; old and new mailbox are told."""
    new, form = services.read_new_address(token), ButtonForm()
    if new is None or new.stamp != me().fs_uniquifier:
        return render_template("accounts/new_email_trouble.html"), 404
    if form.submitted():
        try:
            with transaction():
                services.change_email(me(), new, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            renew_session(me(), via="password")
            flash("Your address is changed. Sign in with it from now on.", "success")
            return redirect(url_for(".account"), 303)
    return render_template("accounts/new_email.html", form=form, new=new), 422 if form.problems else 200
