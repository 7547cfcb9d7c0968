"""Asking to join a startup that is registered already, and its representatives' answer."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import policy, queries, services
from pglab.accounts.forms import JoinAnswerForm, SameStartupForm
from pglab.accounts.models import JoinState, MemberRole
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import GoneError, NotFoundError, RuleError, require
from pglab.web.security import signed_in


@bp.post("/apply/organizations/joining")
@signed_in
def joining() -> ResponseReturnValue:
    """Ask the representatives of the startup that has this name, or this website, to be added to its team."""
    form = SameStartupForm()
    same = queries.find_same(form.legal_name.data, form.website.data) if form.submitted() else None
    if same is None:
        raise NotFoundError("There is no startup of this name. Register it.")
    with transaction():
        services.ask_to_join(same, actor=me())
    flash(f"We asked the representatives of {same.legal_name} to add you. They answer by email.", "success")
    return redirect(url_for(".account"), 303)


@bp.route("/apply/organizations/<uuid:organization_id>/requests/<uuid:join_id>", methods=["GET", "POST"])
@signed_in
def join_request(organization_id: UUID, join_id: UUID) -> ResponseReturnValue:
    """Say yes, with a role, or no to somebody who asks to join."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_change_team(me(), found.id), "Ask an authorized representative of your startup to add people.")
    asked, form = queries.get_join_request(found, join_id), JoinAnswerForm()
    if asked.state is not JoinState.OPEN:
        raise GoneError("This request has been answered already.")
    if form.submitted():
        try:
            with transaction():
                if form.reply.data == "no":
                    services.decline_join_request(asked, actor=me())
                else:
                    services.accept_join_request(asked, MemberRole(form.reply.data), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            said = "You said no" if form.reply.data == "no" else f"{asked.user.name} is on the team now"
            flash(f"{said}. We told {asked.user.name}.", "success")
            return redirect(url_for(".team", organization_id=found.id), 303)
    page = render_template("accounts/team/join_request.html", form=form, organization=found, asked=asked)
    return page, 422 if form.problems else 200
