"""Using a file that is there already: for another document of the proposal, or one the startup gave us before."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.proposals import forms, queries, services
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.files import slot_to_change
from pglab.rfps import queries as rfp_queries
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/documents/<slug>/move", methods=["GET", "POST"])
@signed_in
def move_document(reference: str, slug: str) -> ResponseReturnValue:
    """Use a file for another document, moved there or in both."""
    proposal, slot = slot_to_change(reference, slug)
    attached = {each.slot_id: each for each in queries.list_attachments(proposal)}
    form = forms.move_form((each for each in rfp_queries.list_slots(proposal.rfp_id) if each.id != slot.id), attached)
    if form.submitted():
        target = form.target.data
        try:
            with transaction():
                services.move_file(proposal, slot, target, actor=me(), keep=form.keep.data)
        except RuleError as error:
            form.show(error)
        else:
            flash(f"The file is now used as: {target.title}.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=target.slug), 303)
    page = render_template(
        "proposals/files/move.html",
        proposal=proposal,
        slot=slot,
        attachment=attached.get(slot.id),
        form=form,
        now=official_now(),
    )
    return page, 422 if form.problems else 200


@bp.route("/apply/proposals/<reference>/documents/<slug>/reuse", methods=["GET", "POST"])
@signed_in
def reuse_document(reference: str, slug: str) -> ResponseReturnValue:
    """Use a file the startup gave us before."""
    proposal, slot = slot_to_change(reference, slug)
    given = queries.list_given_files(proposal)
    form = forms.reuse_form(given)
    if form.submitted():
        try:
            with transaction():
                services.reuse_file(proposal, slot, form.document.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The file is in its place.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=slot.slug), 303)
    page = render_template(
        "proposals/files/reuse.html", proposal=proposal, slot=slot, given=given, form=form, now=official_now()
    )
    return page, 422 if form.problems else 200
