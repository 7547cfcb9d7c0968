"""People and their roles."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import policy, services
from pglab.accounts.models import StaffRole
from pglab.accounts.queries import get_user, has_second_step, list_depending_on
from pglab.accounts.session import me
from pglab.admin import queries
from pglab.admin.forms import AccessForm, ButtonForm, PeopleFilter, RoleForm
from pglab.admin.routes.blueprint import bp, page_asked_for
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.web.security import requires


@bp.get("/admin/users")
@requires(StaffRole.ADMIN)
def users() -> ResponseReturnValue:
    """Find a person by name, address or role."""
    form = PeopleFilter()
    form.validate()
    total = queries.count_users(form.q.data, form.role.data)
    page, pages = page_asked_for(total, queries.PAGE)
    people = queries.list_users(form.q.data, form.role.data, page=page)
    return render_template("admin/users.html", form=form, people=people, total=total, page=page, pages=pages)


@bp.get("/admin/users/<uuid:user_id>")
@requires(StaffRole.ADMIN)
def user(user_id: UUID) -> ResponseReturnValue:
    """One person: account, roles, what happened to the account."""
    person = get_user(user_id)
    return render_template(
        "admin/user.html",
        person=person,
        history=queries.list_history(user_id),
        may_change=policy.may_administer(me(), person),
        has_second_step=has_second_step(person),
    )


@bp.route("/admin/users/<uuid:user_id>/roles/new", methods=["GET", "POST"])
@requires(StaffRole.ADMIN, fresh=True)
def grant(user_id: UUID) -> ResponseReturnValue:
    """Give a role; the person is told."""
    person, form = get_user(user_id), RoleForm()
    form.role.choices = [choice for choice in form.role.choices if choice[0] not in person.staff_roles]
    if form.submitted():
        try:
            with transaction():
                services.grant_role(person, form.role.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{person.name} has the role {form.role.data.spoken} now.", "success")
            return redirect(url_for(".user", user_id=user_id), 303)
    return render_template("admin/grant.html", form=form, person=person), 422 if form.errors else 200


@bp.route("/admin/users/<uuid:user_id>/roles/<role>/removal", methods=["GET", "POST"])
@requires(StaffRole.ADMIN, fresh=True)
def revoke(user_id: UUID, role: str) -> ResponseReturnValue:
    """Take a role; it ends at once and the person is told."""
    person, form = get_user(user_id), ButtonForm()
    held = next((each for each in person.staff_roles if each.value == role), None)
    if held is None:
        raise NotFoundError(f"{person.name} does not have this role.")
    if form.submitted():
        try:
            with transaction():
                services.revoke_role(person, held, actor=me())
        except RuleError as error:
            form.form_errors.append(error.message)
        else:
            flash(f"{person.name} no longer has the role {held.spoken}.", "success")
            return redirect(url_for(".user", user_id=user_id), 303)
    page = render_template("admin/revoke.html", form=form, person=person, role=held)
    return page, 422 if form.form_errors else 200


@bp.route("/admin/users/<uuid:user_id>/second-factor-removal", methods=["GET", "POST"])
@requires(StaffRole.ADMIN, fresh=True)
def remove_second_factor(user_id: UUID) -> ResponseReturnValue:
    """Clear the second step of somebody who lost the device."""
    person, form = get_user(user_id), ButtonForm()
    if form.submitted():
        try:
            with transaction():
                services.remove_second_factor(person, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{person.name} sets up a new second step at the next sign-in.", "success")
            return redirect(url_for(".user", user_id=user_id), 303)
    page = render_template("admin/second_factor.html", form=form, person=person)
    return page, 422 if form.form_errors else 200


@bp.route("/admin/users/<uuid:user_id>/access", methods=["GET", "POST"])
@requires(StaffRole.ADMIN, fresh=True)
def access(user_id: UUID) -> ResponseReturnValue:
    """Switch an account off, with a reason, or on again; off works by the next request."""
    person, form = get_user(user_id), AccessForm()
    if form.submitted():
        try:
            with transaction():
                if person.active:
                    services.switch_off(person, reason=form.reason.data, actor=me(), anyway=form.anyway.data)
                else:
                    services.switch_on(person, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{person.name}’s account is {'on' if person.active else 'off'} now.", "success")
            return redirect(url_for(".user", user_id=user_id), 303)
    alone = list_depending_on(person) if person.active else []
    page = render_template("admin/access.html", form=form, person=person, alone=alone)
    return page, 422 if form.problems else 200


@bp.get("/admin/roles")
@requires(StaffRole.ADMIN)
def roles() -> ResponseReturnValue:
    """What each role may do, in words."""
    return render_template("admin/roles.html")
