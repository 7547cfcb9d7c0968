"""One document of a proposal: what is wanted, what is there, choose another."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.documents.models import Document
from pglab.documents.queries import safe_filename
from pglab.documents.routes import document_response, given_file, make_ticket, uploading_page
from pglab.documents.services import find_waiting
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.sections import came_from
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import DocumentSlot, Rfp
from pglab.web.security import asked_by_itself, signed_in


@bp.route("/apply/proposals/<reference>/documents/<slug>", methods=["GET", "POST"])
@signed_in
def document(reference: str, slug: str) -> ResponseReturnValue:
    """One file: what is wanted, what is there, choose another."""
    proposal = queries.get_proposal(reference, viewer=me())
    slot = one_slot(proposal.rfp, slug)
    form = forms.FileForm()
    form.file.blank = queries.ask_for_file(slot)
    told = request.method == "GET"
    if form.submitted():
        marked = queries.is_marked(queries.find_attachment(proposal, slug))
        try:
            with transaction():
                given = given_file(form.file, services.upload_purpose(proposal, slot))
                made = services.attach_file(proposal, slot, given, actor=me(), seen=form.seen.data)
        except RuleError as error:
            form.show(error)
            told = isinstance(error, services.UnseenFileError)
        else:
            checking = " Checking it now." if made.document.verdict is None else ""
            flash(f"{safe_filename(made.document)} received.{checking}", "success")
            tell_unmarked(proposal, slot, marked=marked)
            here = url_for(".document", reference=proposal.reference, slug=slug)
            return redirect(f"{here}?return=check" if came_from() else here, 303)
    return uploading_page(_document_page(proposal, slot, form, told=told), 422 if form.problems else 200)


def _document_page(proposal: Proposal, slot: DocumentSlot, form: forms.FileForm, *, told: bool) -> str:
    """The page of one file. `told`: what is sent from it is about the file it shows now; after another refusal it is
    still about the one before, for nothing said that a teammate's has come."""
    may_edit, purpose = policy.may_edit(me(), proposal), services.upload_purpose(proposal, slot)
    file = queries.view_file(proposal, slot, official_now())
    if told:
        form.seen.show(file.attachment.document_id if file.attachment else None)
    return render_template(
        "proposals/files/document.html",
        proposal=proposal,
        slot=slot,
        form=form,
        file=file,
        now=official_now(),
        may_edit=may_edit,
        waiting=find_waiting(purpose, actor=me()) if may_edit else None,
        ticket=make_ticket(services.file_rule(slot), purpose, proposal.organization_id) if may_edit else "",
        back=came_from(),
    )


@bp.route("/apply/proposals/<reference>/documents/<slug>/removal", methods=["GET", "POST"])
@signed_in
def remove_document(reference: str, slug: str) -> ResponseReturnValue:
    """Name the file and ask once more; then take that one, and no newer, out of the draft."""
    proposal, slot = slot_to_change(reference, slug)
    form, replaced = forms.RemoveFileForm(), ""
    if form.submitted():
        try:
            with transaction():
                services.remove_file(proposal, slot, actor=me(), seen=form.seen.data)
        except services.OtherFileError as error:
            replaced = error.message
        else:
            flash("File removed from the draft.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)
    attachment = queries.find_attachment(proposal, slug)
    if attachment is None:
        raise NotFoundError("There is no file here yet.")
    form.seen.show(attachment.document_id)
    page = render_template(
        "proposals/files/removal.html",
        proposal=proposal,
        slot=slot,
        attachment=attachment,
        marked=queries.find_mark(attachment) is not None,
        form=form,
        now=official_now(),
        replaced=replaced,
    )
    return page, 409 if replaced else 200


@bp.get("/apply/proposals/<reference>/documents/<slug>/file")
@signed_in
def own_file(reference: str, slug: str) -> ResponseReturnValue:
    """The draft's file, for its own team."""
    return document_response(one_file(reference, slug), own=True)


@bp.get("/apply/proposals/<reference>/documents/<slug>/virus-check")
@asked_by_itself
def file_check(reference: str, slug: str) -> ResponseReturnValue:
    """How the virus check of the draft's file stands, for the page that shows it to ask again."""
    check = queries.virus_check(one_file(reference, slug))
    return {"mark": check.mark, "words": check.words}


def one_file(reference: str, slug: str) -> Document:
    """The file in one slot of a draft, for its own team."""
    attachment = queries.find_attachment(queries.get_proposal(reference, viewer=me()), slug)
    if attachment is None:
        raise NotFoundError("There is no file here yet.")
    return attachment.document


def tell_unmarked(proposal: Proposal, slot: DocumentSlot, *, marked: bool) -> None:
    """Say on the next page that the new file is not marked as confidential, where the one it replaced was (`marked`).

    As long as that one may come back, the page itself says so."""
    if marked and not queries.is_marked(queries.find_attachment(proposal, slot.slug)):
        words = Markup(
            'The file before this one was marked as confidential. This one is not. <a href="{}">Mark it too</a>'
        )
        marking = url_for(".confidential", reference=proposal.reference, slug=slot.slug)
        flash(words.format(marking), "warning")


def slot_to_change(reference: str, slug: str) -> tuple[Proposal, DocumentSlot]:
    """The proposal and the slot in the address, for those of its team who write."""
    proposal = queries.get_proposal(reference, viewer=me())
    require(policy.may_edit(me(), proposal), policy.VIEWERS_READ)
    return proposal, one_slot(proposal.rfp, slug)


def one_slot(rfp: Rfp, slug: str) -> DocumentSlot:
    """The document slot with this name in the address."""
    for slot in rfp_queries.list_slots(rfp.id):
        if slot.slug == slug:
            return slot
    raise NotFoundError("This proposal has no such document.")
