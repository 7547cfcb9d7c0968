"""Using a file that is there already: for another document of the proposal, or one the startup gave us before."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.proposals import forms, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.files import slot_to_change, tell_unmarked
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import DocumentSlot
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/documents/<slug>/move", methods=["GET", "POST"])
@signed_in
def move_document(reference: str, slug: str) -> ResponseReturnValue:
    """Use a file for another document, moved there or in both."""
    proposal, slot = slot_to_change(reference, slug)
    form, replaced = _move_form(proposal, slot), ""
    if form.submitted():
        target = form.target.data
        try:
            with transaction():
                services.move_file(proposal, slot, target, actor=me(), keep=form.keep.data, seen=form.seen.data)
        except services.OtherFileError as error:
            replaced, form = error.message, _move_form(proposal, slot)
            form.seen.show(queries.list_attachments(proposal))
        except RuleError as error:
            form.show(error)
        else:
            flash(f"The file is now used as: {target.title}.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=target.slug), 303)
    page = render_template(
        "proposals/files/move.html",
        proposal=proposal,
        slot=slot,
        attachment=queries.find_attachment(proposal, slug),
        form=form,
        now=official_now(),
        replaced=replaced,
    )
    return page, 409 if replaced else 422 if form.problems else 200


def _move_form(proposal: Proposal, slot: DocumentSlot) -> Form:
    attached = {each.slot_id: each for each in queries.list_attachments(proposal)}
    return forms.move_form((each for each in rfp_queries.list_slots(proposal.rfp_id) if each.id != slot.id), attached)


@bp.route("/apply/proposals/<reference>/documents/<slug>/reuse", methods=["GET", "POST"])
@signed_in
def reuse_document(reference: str, slug: str) -> ResponseReturnValue:
    """Use a file the startup gave us before."""
    proposal, slot = slot_to_change(reference, slug)
    given = queries.list_given_files(proposal)
    form, replaced = forms.reuse_form(given, queries.find_attachment(proposal, slug)), ""
    if form.submitted():
        marked = queries.is_marked(queries.find_attachment(proposal, slug))
        try:
            with transaction():
                services.reuse_file(proposal, slot, form.document.data, actor=me(), seen=form.seen.data)
        except services.OtherFileError as error:
            replaced, standing = error.message, queries.find_attachment(proposal, slug)
            form.seen.show([standing] if standing else [])
        except RuleError as error:
            form.show(error)
        else:
            flash("The file is in its place.", "success")
            tell_unmarked(proposal, slot, marked=marked)
            return redirect(url_for(".document", reference=proposal.reference, slug=slot.slug), 303)
    page = render_template(
        "proposals/files/reuse.html",
        proposal=proposal,
        slot=slot,
        given=given,
        form=form,
        now=official_now(),
        replaced=replaced,
    )
    return page, 409 if replaced else 422 if form.problems else 200
