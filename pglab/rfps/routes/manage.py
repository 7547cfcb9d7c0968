"""The program's own pages of a cohort: the list, a new one, its stages, its preview."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.contact.policy import may_answer
from pglab.contact.queries import waiting_since
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.core.money import format_dollars
from pglab.outages.policy import may_note
from pglab.rfps import forms, policy, queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.tasks import linked, setup_tasks, stages
from pglab.rfps.routes.words import end_of, key_dates, staff_status
from pglab.rfps.states import Phase, RfpStatus
from pglab.web.filters import et_date, et_long
from pglab.web.security import requires

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)
STIPEND, AWARDS = 25_000_00, 8


@bp.get("/manage")
@requires(*READERS)
def manage() -> ResponseReturnValue:
    """All cohorts, each with what comes next in it."""
    now = official_now()
    cards = [(rfp, staff_status(rfp, now), next_step(rfp, now)) for rfp in queries.list_rfps(me())]
    return render_template(
        "rfps/manage.html",
        cards=cards,
        waiting=queries.list_attention(me()),
        may_create=policy.may_prepare(me()),
        desk=desk(),
    )


def desk() -> list[tuple[str, str]]:
    """What this person looks after besides cohorts: what visitors write, and the log of outages."""
    found = []
    if may_answer(me()):
        waiting, _since = waiting_since()
        found.append((f"Messages ({waiting} waiting)" if waiting else "Messages", "/manage/messages"))
    if may_note(me()):
        found.append(("Outages", "/manage/outages"))
    return found


def next_step(rfp: Rfp, now: datetime) -> str:
    """What the program does next, in a sentence."""
    phase = rfp.phase(now)
    ahead = rfp.pitch_on is not None and now <= end_of(rfp.pitch_on)
    pitches = f"Pitches are on {et_date(rfp.pitch_on)}. " if ahead else ""
    if rfp.status is RfpStatus.IN_REVIEW:
        return "Waiting for a second person to publish it."
    return {
        Phase.PREPARING: "Finish the setup, then send it for review.",
        Phase.UPCOMING: f"Becomes public {et_long(rfp.publish_at)}.",
        Phase.OPEN_FOR_QUESTIONS: f"Questions close {et_long(rfp.questions_due_at)}.",
        Phase.OPEN: f"Proposals close {et_long(rfp.closes_at)}.",
        Phase.CLOSED_SEALED: "Two people open the proposals.",
        Phase.SCORING: f"Scores are due {et_long(rfp.scores_due_at)}.",
        Phase.PANEL: f"{pitches}Decisions on or after {et_date(rfp.decision_on)}.",
        Phase.DECIDED: f"Pilots start {et_date(rfp.cohort.pilot_start_on)}.",
        Phase.PILOTING: f"Pilots end {et_date(rfp.cohort.pilot_end_on)}.",
        Phase.CANCELLED: "Cancelled. Nothing can be submitted any more.",
    }.get(phase, "")


@bp.route("/manage/cohorts/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def new_cohort() -> ResponseReturnValue:
    """A cohort from an earlier one, the sample plan or nothing: number, dates, amounts; the rest is edited later."""
    earlier = queries.list_rfps(me())
    form = forms.new_cohort_form(earlier)(data=suggestions())
    if form.submitted():
        given = {field.name: field.data for field in form if field.name not in ("csrf_token", "source")}
        source = next((rfp for rfp in earlier if str(rfp.cohort.number) == form["source"].data), None)
        try:
            with transaction():
                services.create_cohort(
                    services.NewCohort(**given), actor=me(), source=source, empty=form["source"].data == forms.EMPTY
                )
        except RuleError as error:
            form.show(error)
        else:
            flash(made_from(given["number"], source, form["source"].data), "success")
            return redirect(url_for(".setup", cohort=given["number"]), 303)
    return render_template("rfps/new_cohort.html", form=form), 422 if form.problems else 200


def made_from(number: int, source: Rfp | None, begun: str | None) -> str:
    """What a new cohort began with, and what comes next."""
    if begun == forms.EMPTY:
        return f"Cohort {number} is made. Its parts are empty; fill in each."
    where = f"cohort {source.cohort.number}" if source else "the sample plan"
    return f"Cohort {number} is made from {where}. Check each part."


def suggestions() -> dict[str, Any]:
    """What the form of a new cohort starts with: the next number, calm dates, and the program's usual amounts."""
    return {
        "number": queries.next_cohort_number(),
        "stipend_cents": STIPEND,
        "award_count": AWARDS,
        "budget_cents": STIPEND * AWARDS,
        "headline": "Test your product with the City of Pittsburgh, and be paid to do it",
        "summary": f"We choose up to {AWARDS} startups. Each runs a six-month pilot with a City department and is paid "
        f"a {format_dollars(STIPEND)} stipend, in parts.",
        **asdict(services.suggest_dates(official_now())),
    }


@bp.get("/manage/cohorts/<int:cohort>")
@requires(*READERS)
def overview(cohort: int) -> ResponseReturnValue:
    """Before publication: what there is to set up. Afterwards: the phase, the dates, and the way to each stage."""
    call = queries.get_call(cohort, viewer=me())
    if call.phase is Phase.PREPARING:
        return redirect(url_for(".setup", cohort=cohort))
    return render_template(
        "rfps/overview.html",
        call=call,
        rfp=call.rfp,
        status=staff_status(call.rfp, call.now),
        step=next_step(call.rfp, call.now),
        groups=stages(call, queries.count_sealed(call.rfp, viewer=me(), setting=sealed_counts())),
        attention=queries.list_attention(me(), cohort=cohort),
        dates=key_dates(call.rfp, call.now),
        preparer=queries.get_person(call.rfp.prepared_by_id),
    )


def sealed_counts() -> str:
    """What staff learn of sealed proposals on this site: `nothing` or `count`."""
    return str(current_app.config["SETTINGS"].sealed_counts)


@bp.get("/manage/cohorts/<int:cohort>/setup")
@requires(*READERS)
def setup(cohort: int) -> ResponseReturnValue:
    """The task list to build a cohort, with everything that keeps it from being published, linked to the field."""
    call = queries.get_call(cohort, viewer=me())
    if call.phase is not Phase.PREPARING:
        raise StateError(services.why_not_changed(call.rfp))
    problems = services.find_problems(call.parts, call.now)
    may_change = policy.may_change(me(), call.rfp)
    return render_template(
        "rfps/setup/tasks.html",
        rfp=call.rfp,
        status=staff_status(call.rfp, call.now),
        step=next_step(call.rfp, call.now),
        groups=setup_tasks(call, problems),
        problems=linked(problems, call.rfp),
        warnings=linked(services.find_warnings(call.parts, call.now), call.rfp),
        may_change=may_change,
        preparer=queries.get_person(call.rfp.prepared_by_id),
    )
