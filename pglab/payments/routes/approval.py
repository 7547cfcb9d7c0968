"""Approving or returning a request: look, decide, confirm the amount."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import User
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.payments import policy, queries, services
from pglab.payments.forms import ConfirmForm, DecisionForm
from pglab.payments.models import PaymentRequest
from pglab.payments.policy import Hindrance
from pglab.payments.queries import Facts
from pglab.payments.routes.blueprint import bp, signers
from pglab.payments.services.approvals import explain, refuse_changed
from pglab.payments.states import RequestStatus, Stage


def someone_else(facts: Facts, viewer: User) -> ResponseReturnValue | None:
    """The page for those who may not give the next approval: why, and who can. None for those who may."""
    request = facts.request
    if request is None or request.status is not RequestStatus.WAITING:
        return None
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    why = policy.hindrance(viewer, request, facts.approvals, payee)
    if why is None:
        return None
    able = queries.who_could_approve(facts, queries.list_signers(), payee)
    sentence = explain(why, request, queries.names_of(able))
    page = render_template(
        "payments/someone_else.html", facts=facts, sentence=sentence, can_recall=why is Hindrance.PREPARED
    )
    return page, 403


def load(reference: str) -> tuple[PaymentRequest, Facts]:
    """The request and its facts now."""
    found = queries.get_request(reference, viewer=me())
    return found, queries.facts_of_request(found, official_now())


@bp.route("/finance/payments/<reference>/approval", methods=["GET", "POST"])
@signers
def approval(reference: str) -> ResponseReturnValue:
    """Check the facts, then approve (on the next page) or return with a reason."""
    found, facts = load(reference)
    refused = someone_else(facts, me())
    if refused:
        return refused
    if found.status is not RequestStatus.WAITING:
        return redirect(url_for(".payment", reference=reference), 303)
    form = DecisionForm(seen=queries.current_fingerprint(facts), stage=policy.next_stage(found, facts.approvals))
    if form.submitted():
        if form.decision.data == "approve":
            refuse_changed(facts, form.stage.data, form.seen.data)
            return redirect(url_for(".approval_confirmation", reference=reference), 303)
        try:
            with transaction():
                services.return_request(found, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{reference} is returned to {found.prepared_by.name}.", "success")
            return redirect(url_for(".payment", reference=reference), 303)
    return render_template("payments/approval.html", facts=facts, form=form), 422 if form.problems else 200


@bp.route("/finance/payments/<reference>/approval/confirmation", methods=["GET", "POST"])
@signers
def approval_confirmation(reference: str) -> ResponseReturnValue:
    """Say which approval this is and what it does; the amount stands on the button."""
    found, facts = load(reference)
    stage = policy.next_stage(found, facts.approvals)
    form = ConfirmForm(seen=queries.current_fingerprint(facts), stage=stage)
    if form.submitted():
        with transaction():
            services.approve_request(found, stage=form.stage.data, fingerprint=form.seen.data, actor=me())
        flash(_done(found), "success")
        return redirect(url_for(".queue"), 303)
    refused = someone_else(facts, me())
    if refused:
        return refused
    if found.status is not RequestStatus.WAITING:
        return redirect(url_for(".payment", reference=reference), 303)
    last = stage is Stage.FINANCE
    page = render_template("payments/confirmation.html", facts=facts, form=form, is_last=last)
    return page, 422 if form.problems else 200


def _done(request: PaymentRequest) -> str:
    if request.status is RequestStatus.WAITING:
        return f"Approved. {request.reference} goes to finance for the 2nd approval."
    return f"Approved. {request.reference} goes to payment."
