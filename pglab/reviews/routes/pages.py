"""Reading a file's pages beside the rubric, by the same right as the file itself."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.db import transaction
from pglab.documents.queries import list_pages
from pglab.documents.routes import page_response
from pglab.proposals.queries import get_submitted_file
from pglab.reviews import queries
from pglab.reviews.routes.blueprint import bp
from pglab.rfps.queries import list_slots
from pglab.web.security import second_factor


@bp.get("/review/proposals/<reference>/documents/<slot>/pages")
@second_factor
def pages(reference: str, slot: str) -> ResponseReturnValue:
    """The pages of one file of the submission. Reading them is on the access log."""
    _seat, submission = queries.get_assignment(reference, viewer=me())
    file, proposal = get_submitted_file(submission, slot), submission.proposal
    page = render_template(
        "proposals/files/pages.html",
        title=next(each.title for each in list_slots(proposal.rfp_id) if each.slug == slot),
        eyebrow=proposal.reference,
        document=file,
        drawn=list_pages(file, own=False),
        picture=lambda number: url_for(".page", reference=proposal.reference, slot=slot, number=number),
        download=url_for(".document", reference=proposal.reference, slot=slot),
        crumb=("Back to the proposal", url_for(".workbench", reference=proposal.reference)),
        own=False,
    )
    with transaction():
        log_access(file, viewer=me(), purpose="review")
    return page


@bp.get("/review/proposals/<reference>/documents/<slot>/pages/<int:number>")
@second_factor
def page(reference: str, slot: str, number: int) -> ResponseReturnValue:
    """One page as a picture. The right to read is asked on each request, and each is on the access log."""
    _seat, submission = queries.get_assignment(reference, viewer=me())
    file = get_submitted_file(submission, slot)
    picture = page_response(file, number)
    with transaction():
        log_access(file, viewer=me(), purpose=f"review, page {number}")
    return picture
