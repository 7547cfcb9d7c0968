"""The program's pages about a panel: seats, conflicts, progress, the panel stage. No scores here."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.reviews import queries, services
from pglab.reviews.forms import PanelStageForm, SeatForm, UnsureForm
from pglab.reviews.routes.blueprint import bp
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.queries import get_rfp
from pglab.web.security import requires

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)


@bp.get("/manage/cohorts/<int:cohort>/panel")
@requires(*READERS)
def panel(cohort: int) -> ResponseReturnValue:
    """Who sits on the panel, and who has declared."""
    return _panel_page(cohort, SeatForm())


@bp.post("/manage/cohorts/<int:cohort>/panel")
@requires(StaffRole.PROGRAM_MANAGER)
def seat(cohort: int) -> ResponseReturnValue:
    """Give a seat."""
    form = SeatForm()
    if form.submitted():
        try:
            with transaction():
                member = services.seat_evaluator(get_rfp(cohort, viewer=me()), email=form.email.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{member.user.name} has a seat and was invited by email.", "success")
            return redirect(url_for(".panel", cohort=cohort), 303)
    return _panel_page(cohort, form)


def _panel_page(cohort: int, form: SeatForm) -> ResponseReturnValue:
    rfp = get_rfp(cohort, viewer=me())
    page = render_template("reviews/panel.html", rfp=rfp, form=form, lines=queries.list_progress(rfp))
    return page, 422 if form.problems else 200


@bp.get("/manage/cohorts/<int:cohort>/conflicts")
@requires(*READERS)
def conflicts(cohort: int) -> ResponseReturnValue:
    """Every evaluator's declarations, and the open questions first."""
    rfp = get_rfp(cohort, viewer=me())
    members, proposals = queries.list_members(rfp), queries.list_panel_proposals(rfp)
    declared = queries.latest_declarations(rfp)
    by_id = {member.id: member for member in members}
    named = {proposal.id: proposal for proposal in proposals}
    return render_template(
        "reviews/conflicts.html",
        rfp=rfp,
        members=members,
        matrix=queries.conflict_matrix(members, proposals, declared),
        pending=[
            (by_id[member], named[proposal], found)
            for (member, proposal), found in declared.items()
            if found.answer is ConflictAnswer.UNSURE
        ],
        noted=[
            (by_id[member], named[proposal], found)
            for (member, proposal), found in declared.items()
            if found.note and found.answer is not ConflictAnswer.UNSURE
        ],
    )


@bp.route("/manage/cohorts/<int:cohort>/conflicts/<uuid:member_id>/<reference>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def unsure(cohort: int, member_id: UUID, reference: str) -> ResponseReturnValue:
    """Decide about one “not sure”."""
    rfp = get_rfp(cohort, viewer=me())
    declaration = queries.get_pending_declaration(rfp, member_id, reference)
    form = UnsureForm()
    if form.submitted():
        try:
            with transaction():
                services.decide_unsure(
                    declaration, may_score=bool(form.may_score.data), reason=form.reason.data, actor=me()
                )
        except RuleError as error:
            form.show(error)
        else:
            flash("Your decision is saved, and the evaluator was told.", "success")
            return redirect(url_for(".conflicts", cohort=cohort), 303)
    page = render_template("reviews/unsure.html", rfp=rfp, declaration=declaration, form=form)
    return page, 422 if form.problems else 200


@bp.get("/manage/cohorts/<int:cohort>/progress")
@requires(*READERS)
def progress(cohort: int) -> ResponseReturnValue:
    """How far each evaluator is; counts only."""
    rfp = get_rfp(cohort, viewer=me())
    lines = queries.list_progress(rfp)
    return render_template("reviews/progress.html", rfp=rfp, lines=lines, missing=queries.count_missing(lines))


@bp.route("/manage/cohorts/<int:cohort>/panel-stage", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def panel_stage(cohort: int) -> ResponseReturnValue:
    """Check what is missing, then open the panel stage."""
    rfp = get_rfp(cohort, viewer=me())
    form = PanelStageForm()
    if form.submitted():
        try:
            with transaction():
                services.open_panel_stage(rfp, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The panel stage is open. Scoring is closed, and this is the official ranking.", "success")
            return redirect(url_for(".ranking", cohort=cohort), 303)
    page = render_template(
        "reviews/panel_stage.html",
        rfp=rfp,
        form=form,
        missing=queries.count_missing(queries.list_progress(rfp)),
        unscored=queries.list_unscored(rfp) if rfp.opened_at else [],
    )
    return page, 422 if form.problems else 200
