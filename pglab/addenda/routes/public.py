"""What everyone may read: the official changes of an RFP in order, and each one with what it changed."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.addenda import queries
from pglab.addenda.routes.blueprint import bp
from pglab.rfps import queries as rfp_queries
from pglab.rfps.routes.public import viewer
from pglab.web.kept_pages import keep_until
from pglab.web.security import public_page


@bp.get("/cohorts/<int:cohort>/addenda")
@public_page
def addenda(cohort: int) -> ResponseReturnValue:
    """Every addendum of a cohort, the newest first."""
    call = rfp_queries.get_call(cohort, viewer=viewer())
    keep_until(call.now, [])
    return render_template("addenda/list.html", call=call, rfp=call.rfp, addenda=queries.list_issued(call.rfp))


@bp.get("/cohorts/<int:cohort>/addenda/<int:number>")
@public_page
def addendum(cohort: int, number: int) -> ResponseReturnValue:
    """One addendum: when, why, whether the deadline moves, and each field before and after."""
    call = rfp_queries.get_call(cohort, viewer=viewer())
    keep_until(call.now, [])
    issued = queries.get_issued(call.rfp, number)
    return render_template(
        "addenda/addendum.html",
        call=call,
        rfp=call.rfp,
        addendum=issued,
        amendment=rfp_queries.get_amendment(call.rfp, number),
    )
