"""What is proved to a startup: receipts of what was received, refusals of what came too late, both signed."""

import json
from dataclasses import asdict
from uuid import UUID

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.adapters import signing
from pglab.adapters.paper import make_private_pdf
from pglab.core.clock import official_now
from pglab.documents.routes import document_response
from pglab.outages.queries import list_overlapping
from pglab.proposals import notices, queries
from pglab.proposals.models import Proposal, Refusal
from pglab.proposals.routes.blueprint import bp
from pglab.web.security import signed_in


@bp.get("/apply/proposals/<reference>/receipts/<int:number>")
@signed_in
def receipt(reference: str, number: int) -> ResponseReturnValue:
    """Proof of what was received and when; permanent and printable."""
    proposal = queries.get_proposal(reference, viewer=me())
    view = queries.read_submission(queries.get_submission(proposal, number))
    return render_template(
        "proposals/receipt.html",
        proposal=proposal,
        view=view,
        now=official_now(),
        proof=queries.lines_of_file,
        head=queries.head_of_receipt(view),
        steps=queries.next_steps(proposal.rfp),
        mailed=notices.addresses_of_receipt(view.submission),
        received_url=lambda slug: url_for(".received_file", reference=proposal.reference, number=number, slug=slug),
        redacted_url=lambda slug: url_for(".received_redacted", reference=proposal.reference, number=number, slug=slug),
        pages_url=lambda slug: url_for(".received_pages", reference=proposal.reference, number=number, slug=slug),
        redacted_pages_url=lambda slug: url_for(
            ".received_redacted_pages", reference=proposal.reference, number=number, slug=slug
        ),
    )


@bp.get("/apply/proposals/<reference>/receipts/<int:number>.json")
@signed_in
def receipt_file(reference: str, number: int) -> ResponseReturnValue:
    """The signed receipt as a small file that anyone can check offline."""
    proposal = queries.get_proposal(reference, viewer=me())
    sent = queries.get_submission(proposal, number)
    name = f"{reference}-{number}-receipt.json"
    return signed_file(sent.manifest, sent.sha256, sent.signature, sent.key_id, name, queries.find_inclusion(sent))


@bp.get("/apply/proposals/<reference>/receipts/<int:number>.pdf")
@signed_in
def receipt_paper(reference: str, number: int) -> ResponseReturnValue:
    """The receipt as a tagged file, made now and kept nowhere; 202 while others are being made. The page is the receipt
    in any case."""
    proposal = queries.get_proposal(reference, viewer=me())
    view = queries.read_submission(queries.get_submission(proposal, number))
    page = url_for(".receipt", reference=proposal.reference, number=number)
    address = f"{current_app.config['SETTINGS'].base_url}{page}"
    made = make_private_pdf("pdf/receipt.typ", queries.paper_of_receipt(view, address=address))
    if made is None:
        return render_template("proposals/receipt_waiting.html", proposal=proposal, sent=view.submission), 202
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{proposal.reference}-{number}-receipt.pdf"'
    return response


@bp.get("/apply/proposals/<reference>/refusals/<uuid:refusal_id>")
@signed_in
def refusal(reference: str, refusal_id: UUID) -> ResponseReturnValue:
    """The refusal of a late try, to come back to."""
    proposal = queries.get_proposal(reference, viewer=me())
    return refusal_page(proposal, queries.get_refusal(proposal, refusal_id))


def refusal_page(proposal: Proposal, late: Refusal, *, many: bool = False) -> str:
    """When it arrived, what counts instead, and what did not work on our side in the two hours before; `many`: the last
    of so many, for a try that came after it."""
    return render_template(
        "proposals/refusal.html",
        proposal=proposal,
        refusal=late,
        many=many,
        standing=queries.find_standing_submission(proposal),
        outages=list_overlapping(late.received_at - queries.OUTAGE_MATTERS_FOR, late.received_at),
    )


@bp.get("/apply/proposals/<reference>/refusals/<uuid:refusal_id>.json")
@signed_in
def refusal_file(reference: str, refusal_id: UUID) -> ResponseReturnValue:
    """The signed refusal of a late try."""
    late = queries.get_refusal(queries.get_proposal(reference, viewer=me()), refusal_id)
    return signed_file(late.statement, late.sha256, late.signature, late.key_id, f"{reference}-refusal.json")


def signed_file(
    statement: str, sha256: str, signature: str, key_id: str, name: str, opening: queries.Inclusion | None = None
) -> Response:
    """A signed statement with its hash, signature and public key, as a download; once it was opened, with the way from
    it to the published root. That way is not signed: it proves itself."""
    signed = {
        "statement": json.loads(statement),
        "sha256": sha256,
        "signature": signature,
        "key_id": key_id,
        "public_key": signing.public_keys().get(key_id, ""),
    }
    if opening is not None:
        signed["opening"] = asdict(opening)
    response = Response(json.dumps(signed, ensure_ascii=False, indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>/redacted-copy")
@signed_in
def received_redacted(reference: str, number: int, slug: str) -> ResponseReturnValue:
    """A redacted copy as it was received with one submission, for its own team."""
    submission = queries.get_submission(queries.get_proposal(reference, viewer=me()), number)
    return document_response(queries.get_submitted_redacted(submission, slug), own=True)


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>")
@signed_in
def received_file(reference: str, number: int, slug: str) -> ResponseReturnValue:
    """A file as it was received with one submission, for its own team."""
    proposal = queries.get_proposal(reference, viewer=me())
    return document_response(queries.get_submitted_file(queries.get_submission(proposal, number), slug), own=True)
