"""The pages on which staff keep the log of outages."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.outages import policy, queries, services
from pglab.outages.forms import CorrectionForm, OutageForm
from pglab.web.security import requires

bp = Blueprint("outages", __name__)


@bp.get("/manage/outages")
@requires(*policy.KEEPERS)
def outages() -> ResponseReturnValue:
    """Every outage ever noted."""
    return render_template("outages/list.html", outages=queries.list_all())


@bp.route("/manage/outages/new", methods=["GET", "POST"])
@requires(*policy.KEEPERS)
def new() -> ResponseReturnValue:
    """Note an outage."""
    form = OutageForm()
    if form.submitted():
        try:
            with transaction():
                services.note_outage(form.downtime(), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The outage is on the status page now.", "success")
            return redirect(url_for(".outages"), 303)
    return render_template("outages/edit.html", form=form, outage=None), 422 if form.problems else 200


@bp.route("/manage/outages/<uuid:outage_id>", methods=["GET", "POST"])
@requires(*policy.KEEPERS)
def outage(outage_id: UUID) -> ResponseReturnValue:
    """Say when it ended, or put it right."""
    found = queries.get_outage(outage_id)
    form = CorrectionForm(obj=found)
    if form.submitted():
        try:
            with transaction():
                services.correct_outage(found, form.downtime(), version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The status page says so now.", "success")
            return redirect(url_for(".outages"), 303)
    return render_template("outages/edit.html", form=form, outage=found), 422 if form.problems else 200
