"""Where a proposal stands, for its own team."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.proposals import queries
from pglab.proposals.routes.blueprint import bp
from pglab.web.security import signed_in


@bp.get("/apply/proposals/<reference>/status")
@signed_in
def status(reference: str) -> ResponseReturnValue:
    """The step it is at, the next date, what waits for the team, and everything that happened to it."""
    proposal = queries.get_proposal(reference, viewer=me())
    now = official_now()
    return render_template(
        "proposals/status.html",
        proposal=proposal,
        now=now,
        names=queries.STEPS,
        standing=queries.read_status(proposal, now, viewer=me()),
    )
