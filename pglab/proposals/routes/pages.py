"""Reading a file's pages in the browser: its own team, wherever it finds the file, and program staff once the proposals
are opened. Pages are withheld as their file is."""

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.db import transaction
from pglab.documents.models import Document
from pglab.documents.queries import list_pages
from pglab.documents.routes import page_response
from pglab.proposals import policy, queries
from pglab.proposals.models import Submission
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.files import one_file, one_slot
from pglab.proposals.routes.marking import one_redacted
from pglab.web.security import requires, signed_in


@bp.get("/apply/proposals/<reference>/documents/<slug>/pages")
@signed_in
def own_pages(reference: str, slug: str) -> ResponseReturnValue:
    """The pages of the draft's file, for its own team."""
    document = one_file(reference, slug)
    proposal = queries.get_proposal(reference, viewer=me())
    title = one_slot(proposal.rfp, slug).title
    here: dict[str, Any] = {"reference": proposal.reference, "slug": slug}
    return _own_reading(
        document,
        (proposal.reference, title),
        picture=lambda number: url_for(".own_page", number=number, **here),
        download=url_for(".own_file", **here),
        crumb=(f"Back to {title}", url_for(".document", **here)),
    )


def _own_reading(
    document: Document,
    named: tuple[str, str],
    *,
    picture: Callable[[int], str],
    download: str,
    crumb: tuple[str, str],
) -> str:
    """The pages of one of the team's own files; `named`: the proposal it belongs to, and what it is."""
    return render_template(
        "proposals/files/pages.html",
        title=named[1],
        eyebrow=named[0],
        document=document,
        drawn=list_pages(document, own=True),
        picture=picture,
        download=download,
        crumb=crumb,
        own=True,
    )


@bp.get("/apply/proposals/<reference>/documents/<slug>/pages/<int:number>")
@signed_in
def own_page(reference: str, slug: str, number: int) -> ResponseReturnValue:
    """One page of the draft's file as a picture."""
    return page_response(one_file(reference, slug), number, own=True)


@bp.get("/apply/proposals/<reference>/documents/<slug>/redacted-copy/pages")
@signed_in
def own_redacted_pages(reference: str, slug: str) -> ResponseReturnValue:
    """The pages of the draft's redacted copy, for its own team: what the public would get first."""
    document = one_redacted(reference, slug)
    proposal = queries.get_proposal(reference, viewer=me())
    title = one_slot(proposal.rfp, slug).title
    here: dict[str, Any] = {"reference": proposal.reference, "slug": slug}
    return _own_reading(
        document,
        (proposal.reference, f"Redacted copy: {title}"),
        picture=lambda page: url_for(".own_redacted_page", page=page, **here),
        download=url_for(".own_redacted_file", **here),
        crumb=(f"Back to {title}", url_for(".document", **here)),
    )


@bp.get("/apply/proposals/<reference>/documents/<slug>/redacted-copy/pages/<int:page>")
@signed_in
def own_redacted_page(reference: str, slug: str, page: int) -> ResponseReturnValue:
    """One page of the draft's redacted copy as a picture."""
    return page_response(one_redacted(reference, slug), page, own=True)


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>/pages")
@signed_in
def received_pages(reference: str, number: int, slug: str) -> ResponseReturnValue:
    """The pages of a file as it was received with one submission, for its own team."""
    submission = _own_submission(reference, number)
    here: dict[str, Any] = {"reference": submission.proposal.reference, "number": number, "slug": slug}
    return _own_reading(
        queries.get_submitted_file(submission, slug),
        (submission.proposal.reference, one_slot(submission.proposal.rfp, slug).title),
        picture=lambda page: url_for(".received_page", page=page, **here),
        download=url_for(".received_file", **here),
        crumb=_to_receipt(submission),
    )


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>/pages/<int:page>")
@signed_in
def received_page(reference: str, number: int, slug: str, page: int) -> ResponseReturnValue:
    """One page of a received file as a picture."""
    return page_response(queries.get_submitted_file(_own_submission(reference, number), slug), page, own=True)


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>/redacted-copy/pages")
@signed_in
def received_redacted_pages(reference: str, number: int, slug: str) -> ResponseReturnValue:
    """The pages of a redacted copy as it was received with one submission, for its own team."""
    submission = _own_submission(reference, number)
    here: dict[str, Any] = {"reference": submission.proposal.reference, "number": number, "slug": slug}
    return _own_reading(
        queries.get_submitted_redacted(submission, slug),
        (submission.proposal.reference, f"Redacted copy: {one_slot(submission.proposal.rfp, slug).title}"),
        picture=lambda page: url_for(".received_redacted_page", page=page, **here),
        download=url_for(".received_redacted", **here),
        crumb=_to_receipt(submission),
    )


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>/redacted-copy/pages/<int:page>")
@signed_in
def received_redacted_page(reference: str, number: int, slug: str, page: int) -> ResponseReturnValue:
    """One page of a received redacted copy as a picture."""
    return page_response(queries.get_submitted_redacted(_own_submission(reference, number), slug), page, own=True)


def _own_submission(reference: str, number: int) -> Submission:
    return queries.get_submission(queries.get_proposal(reference, viewer=me()), number)


def _to_receipt(submission: Submission) -> tuple[str, str]:
    here = url_for(".receipt", reference=submission.proposal.reference, number=submission.number)
    return "Back to the receipt", here


@bp.get("/apply/proposals/<reference>/clarifications/<int:number>/file/pages")
@signed_in
def sent_pages(reference: str, number: int) -> ResponseReturnValue:
    """The pages of the file that was sent in answer to a clarification, for its own team."""
    proposal = queries.get_proposal(reference, viewer=me())
    here: dict[str, Any] = {"reference": proposal.reference, "number": number}
    return _own_reading(
        queries.get_clarified_file(proposal, number),
        (proposal.reference, f"Your file for question {number}"),
        picture=lambda page: url_for(".sent_page", page=page, **here),
        download=url_for(".sent_file", **here),
        crumb=(f"Back to question {number}", url_for(".respond", **here)),
    )


@bp.get("/apply/proposals/<reference>/clarifications/<int:number>/file/pages/<int:page>")
@signed_in
def sent_page(reference: str, number: int, page: int) -> ResponseReturnValue:
    """One page of the file that was sent in answer, as a picture."""
    proposal = queries.get_proposal(reference, viewer=me())
    return page_response(queries.get_clarified_file(proposal, number), page, own=True)


@bp.get("/manage/proposals/<reference>/documents/<slug>/pages")
@requires(*policy.READERS)
def record_pages(reference: str, slug: str) -> ResponseReturnValue:
    """The pages of an opened proposal's file. Reading them is noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    proposal, document = submission.proposal, queries.get_submitted_file(submission, slug)
    page = render_template(
        "proposals/files/pages.html",
        title=one_slot(proposal.rfp, slug).title,
        eyebrow=proposal.reference,
        document=document,
        drawn=list_pages(document, own=False),
        picture=lambda number: url_for(".record_page", reference=proposal.reference, slug=slug, number=number),
        download=url_for(".record_file", reference=proposal.reference, slug=slug),
        crumb=(f"Back to {proposal.reference}", url_for(".record", reference=proposal.reference)),
        own=False,
    )
    with transaction():
        log_access(proposal, viewer=me(), purpose=f"pages of {slug}")
    return page


@bp.get("/manage/proposals/<reference>/documents/<slug>/pages/<int:number>")
@requires(*policy.READERS)
def record_page(reference: str, slug: str, number: int) -> ResponseReturnValue:
    """One page of an opened proposal's file as a picture; each is noted in the access log."""
    submission = queries.get_opened_submission(reference, viewer=me())
    picture = page_response(queries.get_submitted_file(submission, slug), number)
    with transaction():
        log_access(submission.proposal, viewer=me(), purpose=f"page {number} of {slug}")
    return picture
