"""The eligibility check: a few yes or no questions, a result with the reasons, and nothing kept."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pglab.core.errors import NotFoundError
from pglab.rfps import forms, queries
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.public import viewer
from pglab.rfps.routes.words import changes
from pglab.web.kept_pages import keep_until
from pglab.web.security import public_page


@bp.get("/cohorts/<int:cohort>/eligibility")
@public_page
def eligibility_check(cohort: int) -> ResponseReturnValue:
    """Whether a startup fits, as far as it can tell: the answers stand in the address and nowhere else."""
    call = queries.get_call(cohort, viewer=viewer())
    asked: list[dict[str, Any]] = call.content.get("eligibility_check", [])
    if not asked:
        raise NotFoundError("This cohort has no eligibility check. Its conditions stand on the cohort’s page.")
    keep_until(call.now, changes(call.rfp, call.now))
    form = forms.eligibility_form(asked)
    answered = bool(request.args) and form.validate()
    rules = call.content["eligibility"]
    results = [
        (rules[each["rule"] - 1], each["question"], form[f"rule{each['rule']}"].data == each["fitting"])
        for each in asked
        if answered
    ]
    covered = {each["rule"] for each in asked}
    page = render_template(
        "rfps/eligibility.html",
        call=call,
        rfp=call.rfp,
        form=form,
        answered=answered,
        open=call.phase.accepts_proposals,
        missed=[(rule, question) for rule, question, fits in results if not fits],
        met=[rule for rule, _question, fits in results if fits],
        unasked=[rule for place, rule in enumerate(rules, start=1) if place not in covered],
    )
    return page, 422 if form.problems else 200
