"""What is confidential in one file: the mark, its signed statement, and the redacted copy for the public."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.documents.models import Document
from pglab.documents.queries import safe_filename
from pglab.documents.routes import document_response, given_file, make_ticket, uploading_page
from pglab.documents.services import find_waiting
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.files import slot_to_change
from pglab.proposals.routes.tasks import submitters
from pglab.rfps.models import DocumentSlot
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/documents/<slug>/confidential", methods=["GET", "POST"])
@signed_in
def confidential(reference: str, slug: str) -> ResponseReturnValue:
    """Say which pages of a file are confidential and why, and sign the statement."""
    proposal, slot = slot_to_change(reference, slug)
    may_sign = policy.may_submit(me(), proposal)
    form, replaced, remarked = _mark_form(proposal, slug, may_sign=may_sign), "", False
    if form.submitted():
        try:
            signed = _save_mark(proposal, slot, form)
        except (services.OtherFileError, services.OtherMarkError) as error:
            replaced, remarked = error.message, isinstance(error, services.OtherMarkError)
            form = _mark_form(proposal, slug, may_sign=may_sign, shown_anew=True)
        except RuleError as error:
            form.show(error)
        else:
            flash("Marked as confidential." if signed else "Saved. The statement still needs a signature.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)
    attachment = queries.find_attachment(proposal, slug)
    page = render_template(
        "proposals/files/confidential.html",
        proposal=proposal,
        slot=slot,
        attachment=attachment,
        mark=queries.find_mark(attachment) if attachment else None,
        form=form,
        now=official_now(),
        replaced=replaced,
        remarked=remarked,
        statement=policy.STATEMENT,
        may_sign=may_sign,
        submitters=[user.name for user in submitters(proposal)],
    )
    return page, 409 if replaced else 422 if form.problems else 200


def _save_mark(proposal: Proposal, slot: DocumentSlot, form: Form) -> bool:
    """Keep what the form says; whether its statement is signed now."""
    claim = services.Claim(form.pages_named.data, form.reason.data, *form.seen.data)
    sign = bool(form.data.get("sign"))
    with transaction():
        made = services.mark_file(proposal, slot, claim, actor=me(), sign=sign, unsign=form.unsign.data)
        return made.signed_at is not None


def _mark_form(proposal: Proposal, slug: str, *, may_sign: bool, shown_anew: bool = False) -> Form:
    """The form about what is there now; `shown_anew`: with what was typed about something else, but unsigned."""
    attachment = queries.find_attachment(proposal, slug)
    mark = queries.find_mark(attachment) if attachment else None
    known = mark or (queries.find_mark_before(attachment) if attachment else None)
    form = forms.mark_form(attachment, mark, known, may_sign=may_sign)
    if shown_anew:
        form.seen.show(attachment, mark)
        for name in {"sign", "unsign"} & set(form.data):
            form[name].data = False
    return form


@bp.post("/apply/proposals/<reference>/documents/<slug>/confidential/removal")
@signed_in
def unmark_document(reference: str, slug: str) -> ResponseReturnValue:
    """Take the mark back, with the redacted copy."""
    proposal, slot = slot_to_change(reference, slug)
    with transaction():
        services.unmark_file(proposal, slot, actor=me(), seen=forms.RemoveFileForm().seen.data)
    flash("The file is no longer marked as confidential.", "success")
    return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)


@bp.route("/apply/proposals/<reference>/documents/<slug>/redacted-copy", methods=["GET", "POST"])
@signed_in
def redacted_copy(reference: str, slug: str) -> ResponseReturnValue:
    """Upload the copy without what is confidential."""
    proposal, slot = slot_to_change(reference, slug)
    purpose = services.redacted_purpose(proposal, slot)
    form = forms.FileForm()
    form.file.blank = "Select a redacted copy"
    if form.submitted():
        try:
            with transaction():
                given = given_file(form.file, purpose)
                made = services.attach_redacted(proposal, slot, given, actor=me(), seen=form.seen.data)
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{safe_filename(made)} received.", "success")
            return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)
    attachment = queries.find_attachment(proposal, slug)
    if request.method == "GET":
        form.seen.show(attachment.document_id if attachment else None)
    page = render_template(
        "proposals/files/redacted_copy.html",
        proposal=proposal,
        slot=slot,
        attachment=attachment,
        mark=queries.find_mark(attachment) if attachment else None,
        form=form,
        now=official_now(),
        waiting=find_waiting(purpose, actor=me()),
        ticket=make_ticket(services.redacted_rule(slot), purpose, proposal.organization_id),
    )
    return uploading_page(page, 422 if form.problems else 200)


@bp.post("/apply/proposals/<reference>/documents/<slug>/redacted-copy/removal")
@signed_in
def remove_redacted(reference: str, slug: str) -> ResponseReturnValue:
    """Take the redacted copy out of the draft."""
    proposal, slot = slot_to_change(reference, slug)
    with transaction():
        services.remove_redacted(proposal, slot, actor=me(), seen=forms.RemoveFileForm().seen.data)
    flash("Redacted copy removed from the draft.", "success")
    return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)


@bp.get("/apply/proposals/<reference>/documents/<slug>/redacted-copy/file")
@signed_in
def own_redacted_file(reference: str, slug: str) -> ResponseReturnValue:
    """The draft's redacted copy, for its own team."""
    return document_response(one_redacted(reference, slug), own=True)


def one_redacted(reference: str, slug: str) -> Document:
    """The redacted copy of the file in one slot of a draft, for its own team."""
    attachment = queries.find_attachment(queries.get_proposal(reference, viewer=me()), slug)
    mark = queries.find_mark(attachment) if attachment else None
    if mark is None or mark.redacted_document is None:
        raise NotFoundError("There is no redacted copy here yet.")
    return mark.redacted_document
