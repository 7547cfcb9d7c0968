"""Preparing and recalling a payment request."""

from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.payments import queries, services
from pglab.payments.forms import PrepareForm
from pglab.payments.models import Installment
from pglab.payments.routes.blueprint import bp
from pglab.web.security import requires


@bp.route("/finance/payments/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def prepare() -> ResponseReturnValue:
    """Check what an installment still needs, and send a request for approval."""
    installment = _installment()
    form = PrepareForm()
    if form.submitted():
        try:
            with transaction():
                needed = current_app.config["SETTINGS"].approvals_required
                prepared = services.prepare_request(installment, approvals_needed=needed, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{prepared.reference} is sent for approval.", "success")
            return redirect(url_for(".payment", reference=prepared.reference), 303)
    facts = queries.facts_of(installment, official_now())
    if facts.live and not form.problems:
        return redirect(url_for(".payment", reference=facts.live.reference), 303)
    return render_template("payments/prepare.html", facts=facts, form=form), 422 if form.problems else 200


def _installment() -> Installment:
    """The installment named in the address."""
    try:
        return queries.get_installment(UUID(request.args.get("installment", "")))
    except ValueError as error:
        raise NotFoundError("There is no such installment. Choose one from the list of payments.") from error


@bp.post("/finance/payments/<reference>/recall")
@requires(StaffRole.PROGRAM_MANAGER)
def recall(reference: str) -> ResponseReturnValue:
    """Take back one's own request."""
    found = queries.get_request(reference, viewer=me())
    with transaction():
        services.recall_request(found, actor=me())
    flash(f"{reference} is recalled.", "success")
    return redirect(url_for(".payment", reference=reference), 303)
