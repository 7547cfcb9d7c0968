"""Budgets and the books."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.payments import queries
from pglab.payments.routes.blueprint import bp, readers


@bp.get("/finance/budget")
@readers
def budget() -> ResponseReturnValue:
    """Promised, approved, paid and left by cohort, and the proof that the journal says the same."""
    return render_template("payments/budget.html", cohorts=queries.list_cohort_money(), proof=queries.prove_journal())
