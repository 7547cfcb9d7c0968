"""What waits for the person at the screen, and the startup's view of its payments."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.payments import queries
from pglab.payments.routes.blueprint import bp, readers
from pglab.pilots.queries import get_pilot
from pglab.web.security import signed_in


@bp.get("/finance")
@readers
def queue() -> ResponseReturnValue:
    """What waits for me, and what does not and why."""
    return render_template("payments/queue.html", queue=queries.queue_of(me(), official_now()))


@bp.get("/workspace/<reference>/payments")
@signed_in
def pilot_payments(reference: str) -> ResponseReturnValue:
    """What a startup has been and will be paid, in its own words."""
    pilot = get_pilot(reference, viewer=me())
    rows = queries.list_pilot_facts(pilot.id, official_now())
    return render_template("payments/pilot_payments.html", pilot=pilot, rows=rows)
