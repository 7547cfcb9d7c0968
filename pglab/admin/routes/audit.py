"""Reading the audit log."""

import json

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.admin import queries
from pglab.admin.forms import EventFilter
from pglab.admin.routes.blueprint import bp, page_asked_for
from pglab.audit.queries import PAGE, list_events
from pglab.web.filters import act
from pglab.web.security import requires

READERS = (StaffRole.ADMIN, StaffRole.AUDITOR)


@bp.get("/admin/audit")
@requires(*READERS)
def audit() -> ResponseReturnValue:
    """Every recorded event, newest first; those about sealed proposals are left out."""
    form = EventFilter()
    form.action.choices = [(action, act(action)) for action in queries.list_actions()]
    form.validate()
    filters = {"action": form.action.data or "", "subject": form.subject.data or ""}
    total = queries.count_events(**filters)
    page, pages = page_asked_for(total, PAGE)
    events = list_events(page=page, **filters)[:PAGE]
    kept = {name: value for name, value in filters.items() if value}
    return render_template(
        "admin/audit.html", form=form, events=events, total=total, page=page, pages=pages, filters=kept
    )


@bp.get("/admin/audit/<digest>")
@requires(*READERS)
def event(digest: str) -> ResponseReturnValue:
    """One entry, with what changed. Called by its hash: a number would tell how many entries are still sealed."""
    found = queries.get_event(digest)
    change = json.loads(found.change)
    names = sorted({*change.get("before", {}), *change.get("after", {})})
    rows = [(name, change.get("before", {}).get(name), change.get("after", {}).get(name)) for name in names]
    return render_template("admin/event.html", event=found, rows=rows, back=url_for(".audit"))


@bp.get("/admin/audit/proof")
@requires(*READERS)
def proof() -> ResponseReturnValue:
    """Recompute the chain over the whole log."""
    return render_template("admin/proof.html", proof=queries.prove_log())
