"""The ledger and one payment in full."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.queries import history_of
from pglab.core.clock import official_now
from pglab.core.sheets import write_csv
from pglab.payments import policy, queries
from pglab.payments.forms import LedgerFilter
from pglab.payments.queries import LedgerRow
from pglab.payments.routes.blueprint import bp, readers

COLUMNS = (
    "Reference", "Startup", "Pilot", "Installment", "Approval", "Payment", "Amount (USD)", "Paid on", "Method",
    "Number",
)  # fmt: skip  # one row of a table


def filtered() -> tuple[LedgerFilter, list[LedgerRow], UUID | None]:
    """The filter in the address and the rows it leaves; a filter that cannot be read leaves everything."""
    form = LedgerFilter()
    form.startup.choices = [(str(each.id), each.legal_name) for each in queries.list_paid_startups()]
    form.process(request.args)
    startup = UUID(form.startup.data) if form.startup.data else None
    return form, queries.list_ledger(official_now(), status=form.status.data, organization_id=startup), startup


@bp.get("/finance/payments")
@readers
def ledger() -> ResponseReturnValue:
    """Every payment request, with totals that reconcile."""
    form, rows, startup = filtered()
    return render_template(
        "payments/ledger.html",
        filter=form,
        rows=rows,
        totals=queries.totals_of(startup),
        shown_cents=sum(row.request.amount_cents for row in rows if row.request),
        is_filtered=bool(form.status.data or startup),
    )


@bp.get("/finance/payments.csv")
@readers
def ledger_csv() -> ResponseReturnValue:
    """The same rows as a table for a spreadsheet."""
    _form, rows, _startup = filtered()
    response = Response(write_csv(COLUMNS, [_cells(row) for row in rows]), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="pgh-lab-payments.csv"'
    return response


def _cells(row: LedgerRow) -> Sequence[object]:
    paid, cents = row.disbursement, row.installment.amount_cents
    return (
        row.request.reference if row.request else "",
        row.organization.legal_name,
        row.pilot.reference,
        f"{row.installment.number} of {row.number_of}",
        row.approval,
        row.payment,
        f"{cents // 100}.{cents % 100:02d}",
        paid.paid_on.isoformat() if paid else "",
        paid.method.value if paid else "",
        paid.number if paid else "",
    )


@bp.get("/finance/payments/<reference>")
@readers
def payment(reference: str) -> ResponseReturnValue:
    """One payment: the facts, who has acted, what happened."""
    found = queries.get_request(reference, viewer=me())
    facts = queries.facts_of_request(found, official_now())
    payee = queries.payee_people({facts.organization.id})[facts.organization.id]
    able = queries.who_could_approve(facts, queries.list_signers(), payee)
    return render_template(
        "payments/payment.html",
        facts=facts,
        able=able,
        may_approve=me().id in {person.id for person in able},
        may_record=policy.may_record(me(), found, payee),
        history=history_of(found.id),
    )
