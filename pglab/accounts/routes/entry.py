"""Changing what the City holds about a startup. Nobody's change is overwritten unseen."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import policy, queries, services
from pglab.accounts.forms import EntryForm, clash_of
from pglab.accounts.models import Organization
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.routes.organizations import profile_in
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError, require
from pglab.web.filters import listed
from pglab.web.forms import in_sentence
from pglab.web.kept_forms import typed_before
from pglab.web.security import signed_in


@bp.route("/apply/organizations/<uuid:organization_id>/profile", methods=["GET", "POST"])
@signed_in
def change_organization(organization_id: UUID) -> ResponseReturnValue:
    """Change the entry. Where a colleague changed the same meanwhile, 409 with both texts, for the person to choose."""
    found = queries.get_organization(organization_id, viewer=me())
    require(policy.may_edit_for(me(), found.id), "Ask a representative or an editor of your startup to change this.")
    form = EntryForm(found, request.form if request.method == "POST" else typed_before())
    if form.submitted():
        try:
            with transaction():
                merged = services.change_organization(found, profile_in(form), actor=me(), seen=form.version.data)
        except RuleError as error:
            form.show(error)
        else:
            if merged.disputed:
                form.show_newest(found, merged.theirs)
                return entry_page(found, form, merged.disputed), 409
            if merged.theirs:
                kept = listed([in_sentence(form[name].label.text) for name in merged.theirs])
                flash(f"Your changes are saved. What a colleague changed meanwhile stays: {kept}.", "success")
            else:
                flash("Your changes are saved.", "success")
            return redirect(url_for(".organization", organization_id=found.id), 303)
    return entry_page(found, form), 422 if form.errors else 200


def entry_page(organization: Organization, form: EntryForm, disputed: list[str] | None = None) -> str:
    """The page of the entry; for each disputed field it asks which of the two texts shall stand."""
    clashes = [
        clash_of(form[name], getattr(organization, name), queries.last_change_of(organization, name))
        for name in disputed or []
    ]
    return render_template(
        "accounts/team/registration.html", form=form, organization=organization, same=None, clashes=clashes
    )
