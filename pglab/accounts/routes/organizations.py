"""A startup's entry and its team."""

from dataclasses import fields
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import policy, queries, services
from pglab.accounts.forms import (
    CERTIFICATIONS,
    OWNERS,
    ButtonForm,
    MemberForm,
    MemberRoleForm,
    OrganizationForm,
    RegistrationForm,
)
from pglab.accounts.models import MemberRole
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.services import OrganizationProfile
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError, require
from pglab.web.security import signed_in


@bp.route("/apply/organizations/new", methods=["GET", "POST"])
@signed_in
def new_organization() -> ResponseReturnValue:
    """Register a startup once. Who finds it registered already may ask to join it."""
    form, same = RegistrationForm(), None
    if form.submitted():
        try:
            with transaction():
                organization = services.register_organization(profile_in(form), actor=me(), anyway=form.anyway.data)
        except RuleError as error:
            form.show(error)
            same = queries.find_same(form.legal_name.data, form.website.data)
        else:
            flash(f"{organization.legal_name} is registered. You are its authorized representative.", "success")
            return redirect(url_for(".organization", organization_id=organization.id), 303)
    page = render_template("accounts/team/registration.html", form=form, organization=None, same=same)
    return page, 422 if form.errors else 200


def profile_in(form: OrganizationForm) -> OrganizationProfile:
    """What the form says about the organization."""
    return OrganizationProfile(**{each.name: form.data[each.name] for each in fields(OrganizationProfile)})


@bp.get("/apply/organizations/<uuid:organization_id>")
@signed_in
def organization(organization_id: UUID) -> ResponseReturnValue:
    """What the City holds about the startup."""
    found = queries.get_organization(organization_id, viewer=me())
    return render_template(
        "accounts/team/organization.html",
        organization=found,
        may_edit=policy.may_edit_for(me(), found.id),
        owners={value.value: label for value, label in OWNERS},
        certifications={value.value: label for value, label in CERTIFICATIONS},
    )


@bp.get("/apply/organizations/<uuid:organization_id>/team")
@signed_in
def team(organization_id: UUID) -> ResponseReturnValue:
    """Who can do what for the startup."""
    found = queries.get_organization(organization_id, viewer=me())
    return render_template(
        "accounts/team/team.html",
        organization=found,
        members=queries.list_members(found),
        invitations=queries.list_invitations(found),
        wishes=queries.list_join_requests(found),
        may_change=policy.may_change_team(me(), found.id),
    )


@bp.route("/apply/organizations/<uuid:organization_id>/team/new", methods=["GET", "POST"])
@signed_in
def new_member(organization_id: UUID) -> ResponseReturnValue:
    """Invite somebody, by the address of their mailbox."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_change_team(me(), found.id), "Ask an authorized representative of your startup to add people.")
    form = MemberForm()
    if form.submitted():
        try:
            with transaction():
                services.invite_member(found, email=form.email.data, role=form.role.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"We sent an invitation to {form.email.data}. It works for three days.", "success")
            return redirect(url_for(".team", organization_id=found.id), 303)
    return render_template("accounts/team/member_new.html", form=form, organization=found), 422 if form.errors else 200


@bp.post("/apply/organizations/<uuid:organization_id>/invitations/<uuid:invitation_id>/withdrawal")
@signed_in
def invitation_withdrawal(organization_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """Take an invitation back."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_change_team(me(), found.id), "Ask an authorized representative of your startup to change this.")
    with transaction():
        services.withdraw_invitation(queries.get_invitation(found, invitation_id), actor=me())
    flash("The invitation is withdrawn.", "success")
    return redirect(url_for(".team", organization_id=found.id), 303)


@bp.route("/apply/organizations/<uuid:organization_id>/team/<uuid:user_id>", methods=["GET", "POST"])
@signed_in
def member(organization_id: UUID, user_id: UUID) -> ResponseReturnValue:
    """Change what a member may do."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_change_team(me(), found.id), "Ask an authorized representative of your startup to change this.")
    membership = queries.get_member(found, user_id)
    form = MemberRoleForm(obj=membership)
    if form.submitted():
        try:
            with transaction():
                services.change_member_role(found, membership.user, MemberRole(form.role.data), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The role is changed.", "success")
            return redirect(url_for(".team", organization_id=found.id), 303)
    page = render_template("accounts/team/member.html", form=form, organization=found, member=membership)
    return page, 422 if form.errors else 200


@bp.route("/apply/organizations/<uuid:organization_id>/team/<uuid:user_id>/removal", methods=["GET", "POST"])
@signed_in
def member_removal(organization_id: UUID, user_id: UUID) -> ResponseReturnValue:
    """End a membership: a representative anybody's, everyone their own."""
    found = queries.get_organization(organization_id, viewer=me())
    allowed = user_id == me().id or policy.may_change_team(me(), found.id)
    require(allowed, "Ask an authorized representative of your startup to remove people.")
    membership, form = queries.get_member(found, user_id), ButtonForm()
    if form.submitted():
        try:
            with transaction():
                services.remove_member(found, membership.user, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{membership.user.name} is no longer on the team.", "success")
            own = user_id == me().id
            return redirect(url_for(".account") if own else url_for(".team", organization_id=found.id), 303)
    page = render_template("accounts/team/member_removal.html", form=form, organization=found, member=membership)
    return page, 422 if form.form_errors else 200
