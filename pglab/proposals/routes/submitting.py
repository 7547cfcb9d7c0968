"""Check, declare, submit, receipt. The submit request carries no file and waits for nothing slow."""

import json

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.adapters import signing
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.documents.routes import document_response
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal, Refusal, Submission
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.drafting import submitters
from pglab.rfps.queries import latest_version
from pglab.web.security import public, signed_in


@bp.get("/apply/proposals/<reference>/check")
@signed_in
def check(reference: str) -> ResponseReturnValue:
    """Every answer and file in one view, with everything that still has to be fixed."""
    proposal = queries.get_proposal(reference, viewer=me())
    draft = queries.get_draft(proposal)
    return render_template(
        "proposals/check.html",
        proposal=proposal,
        now=official_now(),
        sections=draft.sections,
        asked=draft.asked,
        answers=draft.answers,
        slots=draft.slots,
        attached=draft.documents,
        problems=queries.problems_of(draft),
        may_submit=policy.may_submit(me(), proposal),
        submitters=[user.name for user in submitters(proposal)],
    )


@bp.route("/apply/proposals/<reference>/submission", methods=["GET", "POST"])
@signed_in
def submission(reference: str) -> ResponseReturnValue:
    """Declare and submit. On time: a receipt. Late: 410 with a signed refusal and the exact times."""
    proposal = queries.get_proposal(reference, viewer=me())
    form = forms.SubmitForm()
    if form.submitted():
        try:
            with transaction():
                outcome = services.submit_proposal(
                    proposal,
                    version=form.version.data or 0,
                    idempotency_key=form.idempotency_key.data,
                    declarations=form.declarations(),
                    rfp_version=form.rfp_version.data,
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            return after_submitting(proposal, outcome)
    if request.method == "GET":
        form.version.data = proposal.version
        form.rfp_version.data = latest_version(proposal.rfp_id).number
        if queries.list_problems(proposal):
            return redirect(url_for(".check", reference=proposal.reference), 303)
    page = render_template(
        "proposals/submission.html",
        proposal=proposal,
        form=form,
        now=official_now(),
        may_submit=policy.may_submit(me(), proposal),
        submitters=[user.name for user in submitters(proposal)],
    )
    return page, 422 if form.problems else 200


def after_submitting(proposal: Proposal, outcome: Submission | Refusal) -> ResponseReturnValue:
    """The receipt of what was accepted, or the refusal of what came too late."""
    if isinstance(outcome, Refusal):
        return render_template("proposals/refusal.html", proposal=proposal, refusal=outcome), 410
    return redirect(url_for(".receipt", reference=proposal.reference, number=outcome.number), 303)


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
        received_url=lambda slug: url_for(".received_file", reference=proposal.reference, number=number, slug=slug),
    )


@bp.get("/apply/proposals/<reference>/receipts/<int:number>.json")
@signed_in
def receipt_file(reference: str, number: int) -> ResponseReturnValue:
    """The signed receipt as a small file that anyone can check offline."""
    proposal = queries.get_proposal(reference, viewer=me())
    sent = queries.get_submission(proposal, number)
    return signed_file(sent.manifest, sent.sha256, sent.signature, sent.key_id, f"{reference}-{number}-receipt.json")


@bp.get("/apply/proposals/<reference>/refusals/<uuid:refusal_id>.json")
@signed_in
def refusal_file(reference: str, refusal_id: object) -> ResponseReturnValue:
    """The signed refusal of a late try."""
    proposal = queries.get_proposal(reference, viewer=me())
    for late in queries.list_refusals(proposal):
        if late.id == refusal_id:
            return signed_file(late.statement, late.sha256, late.signature, late.key_id, f"{reference}-refusal.json")
    raise NotFoundError("There is no such refusal.")


def signed_file(statement: str, sha256: str, signature: str, key_id: str, name: str) -> Response:
    """A signed statement with its hash, signature and public key, as a download."""
    signed = {
        "statement": json.loads(statement),
        "sha256": sha256,
        "signature": signature,
        "key_id": key_id,
        "public_key": signing.public_keys().get(key_id, ""),
    }
    response = Response(json.dumps(signed, ensure_ascii=False, indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/apply/proposals/<reference>/receipts/<int:number>/documents/<slug>")
@signed_in
def received_file(reference: str, number: int, slug: str) -> ResponseReturnValue:
    """A file as it was received with one submission, for its own team."""
    proposal = queries.get_proposal(reference, viewer=me())
    return document_response(queries.get_submitted_file(queries.get_submission(proposal, number), slug), own=True)


@bp.get("/.well-known/pglab-receipt-keys.json")
@public
def receipt_keys() -> ResponseReturnValue:
    """The public keys of receipts, present and past."""
    return {"algorithm": "Ed25519", "keys": signing.public_keys()}
