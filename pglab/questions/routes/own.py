"""The questions of whoever is signed in, and what became of each."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.questions import policy, queries
from pglab.questions.routes.blueprint import bp
from pglab.rfps.queries import list_rfps
from pglab.web.security import signed_in


@bp.get("/apply/questions")
@signed_in
def own() -> ResponseReturnValue:
    """My questions and answers; nobody but me and program staff sees that I asked."""
    now = official_now()
    open_calls = [rfp for rfp in list_rfps(me()) if policy.takes_questions(rfp, now)]
    return render_template("questions/own.html", questions=queries.list_own(), open_calls=open_calls)
