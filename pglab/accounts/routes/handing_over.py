"""Who represented a startup when: its log, the versions of its profile, and handing the role over."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import policy, queries, services
from pglab.accounts.forms import HandOverForm, OrganizationForm
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError, require
from pglab.web.security import signed_in


@bp.get("/apply/organizations/<uuid:organization_id>/history")
@signed_in
def organization_history(organization_id: UUID) -> ResponseReturnValue:
    """What was changed in the entry and on the team, when and by whom. Every member sees it."""
    found = queries.get_organization(organization_id, viewer=me())
    return render_template(
        "accounts/team/history.html",
        organization=found,
        versions=queries.list_versions(found),
        log=queries.list_log(found),
        labels={field.name: field.label.text for field in OrganizationForm()},
    )


@bp.route("/apply/organizations/<uuid:organization_id>/team/hand-over", methods=["GET", "POST"])
@signed_in
def hand_over(organization_id: UUID) -> ResponseReturnValue:
    """Make a colleague representative in one's own place."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_change_team(me(), found.id), "Only an authorized representative can hand the role over.")
    colleagues = [member for member in queries.list_members(found) if member.user_id != me().id]
    form = HandOverForm([member for member in colleagues if member.user.active])
    if form.submitted():
        try:
            with transaction():
                to = queries.get_member(found, UUID(form.person.data)).user
                services.hand_over(found, to, leave=form.then.data == "leave", actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{to.name} is authorized representative of {found.legal_name} now.", "success")
            gone = form.then.data == "leave"
            return redirect(url_for(".account") if gone else url_for(".team", organization_id=found.id), 303)
    page = render_template("accounts/team/hand_over.html", form=form, organization=found)
    return page, 422 if form.problems else 200
