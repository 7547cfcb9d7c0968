"""Recording that the Controller paid."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, require
from pglab.payments import policy, queries, services
from pglab.payments.forms import DisbursementForm
from pglab.payments.routes.blueprint import bp
from pglab.payments.states import RequestStatus
from pglab.web.security import requires


@bp.route("/finance/payments/<reference>/disbursement", methods=["GET", "POST"])
@requires(StaffRole.FINANCE, fresh=True)
def disbursement(reference: str) -> ResponseReturnValue:
    """How it was paid, under which number, and when; the amount is only shown."""
    found = queries.get_request(reference, viewer=me())
    facts = queries.facts_of_request(found, official_now())
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    require(
        policy.may_record(me(), found, payee),
        f"Somebody in finance who did not prepare {reference} records its payment.",
    )
    form = DisbursementForm()
    if form.submitted():
        try:
            with transaction():
                services.record_payment(
                    found,
                    method=form.method.data,
                    number=form.number.data,
                    paid_on=form.paid_on.data or date.max,
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{reference} is paid.", "success")
            return redirect(url_for(".payment", reference=reference), 303)
    elif found.status is not RequestStatus.APPROVED:
        return redirect(url_for(".payment", reference=reference), 303)
    return render_template("payments/disbursement.html", facts=facts, form=form), 422 if form.problems else 200
