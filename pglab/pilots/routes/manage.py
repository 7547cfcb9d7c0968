"""Program managers start pilots and record agreements."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole, User
from pglab.accounts.session import me
from pglab.awards.models import Decision
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, require
from pglab.pilots import policy, queries, services
from pglab.pilots.forms import ExecutionForm, StartPilotForm
from pglab.pilots.models import Agreement, Pilot
from pglab.pilots.routes.blueprint import bp
from pglab.web.filters import local_day
from pglab.web.security import requires


@bp.get("/manage/cohorts/<int:cohort>/pilots")
@requires(StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
def cohort_pilots(cohort: int) -> ResponseReturnValue:
    """The pilots of a cohort, and the accepted awards that still wait for one."""
    found = queries.get_cohort(cohort)
    return render_template(
        "pilots/cohort_pilots.html",
        cohort=found,
        pilots=queries.list_cohort_pilots(found.id),
        awards=queries.list_awards_without_pilot(found.id),
    )


@bp.route("/manage/cohorts/<int:cohort>/pilots/<proposal>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def start(cohort: int, proposal: str) -> ResponseReturnValue:
    """Start the pilot of one accepted award."""
    award = queries.get_award(cohort, proposal, viewer=me())
    started = queries.find_pilot_of(award)
    if started:
        return redirect(url_for(".overview", reference=started.reference), 303)
    form = StartPilotForm(data=_defaults(award))
    if form.submitted():
        try:
            with transaction():
                pilot = _start(award, form, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"Pilot {pilot.reference} is started. Its stipend is promised.", "success")
            return redirect(url_for(".overview", reference=pilot.reference), 303)
    page = render_template("pilots/start.html", award=award, form=form, cohort=award.proposal.rfp.cohort)
    return page, 422 if form.problems else 200


def _defaults(award: Decision) -> dict[str, object]:
    area, cohort = award.proposal.challenge_area, award.proposal.rfp.cohort
    return {
        "champion": area.champion.email if area.champion else "",
        "title": area.title,
        "starts_on": cohort.pilot_start_on,
        "ends_on": cohort.pilot_end_on,
    }


def _start(award: Decision, form: StartPilotForm, *, actor: User) -> Pilot:
    return services.start_pilot(
        award,
        champion=queries.get_champion(form.champion.data),
        actor=actor,
        title=form.title.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )


@bp.route("/manage/agreements/<reference>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE, StaffRole.AUDITOR)
def agreement(reference: str) -> ResponseReturnValue:
    """The agreement behind a pilot; program managers record that it is executed."""
    found = queries.get_agreement(reference, viewer=me())
    form = ExecutionForm()
    if form.is_submitted():
        require(policy.may_execute(me()))
    if form.submitted():
        try:
            with transaction():
                _execute(found, form)
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{found.reference} is executed. Accepted milestones can be paid now.", "success")
            return redirect(url_for(".agreement", reference=reference), 303)
    today = local_day(official_now())
    page = render_template("pilots/agreement.html", agreement=found, form=form, today=today)
    return page, 422 if form.problems else 200


def _execute(found: Agreement, form: ExecutionForm) -> None:
    services.execute_agreement(
        found, contract_number=form.contract_number.data, executed_on=form.executed_on.data or date.max, actor=me()
    )
