"""The program's own pages of a cohort: the list, a new one, its stages, its preview."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.contact.policy import may_answer
from pglab.contact.queries import waiting_since
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.core.money import format_dollars
from pglab.outages.policy import may_note
from pglab.rfps import forms, policy, queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.public import context
from pglab.rfps.routes.words import key_dates, pilot_months, staff_status
from pglab.rfps.states import Phase, RfpStatus
from pglab.web.filters import et_date, et_long, plural
from pglab.web.security import requires

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)
STIPEND, AWARDS = 25_000_00, 8


class Task(NamedTuple):
    """One line of a task list."""

    label: str
    url: str
    status: str
    color: str
    note: str = ""
    weight: str = ""


class TaskGroup(NamedTuple):
    """Tasks under one heading."""

    title: str
    tasks: list[Task]
    note: str = ""


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
    if rfp.status is RfpStatus.IN_REVIEW:
        return "Waiting for a second person to publish it."
    return {
        Phase.PREPARING: "Finish the setup, then send it for review.",
        Phase.UPCOMING: f"Becomes public {et_long(rfp.publish_at)}.",
        Phase.OPEN_FOR_QUESTIONS: f"Questions close {et_long(rfp.questions_due_at)}.",
        Phase.OPEN: f"Proposals close {et_long(rfp.closes_at)}.",
        Phase.CLOSED_SEALED: "Two people open the proposals.",
        Phase.SCORING: f"Scores are due {et_long(rfp.scores_due_at)}.",
        Phase.PANEL: f"Decisions on or after {et_date(rfp.decision_on)}.",
        Phase.DECIDED: f"Pilots start {et_date(rfp.cohort.pilot_start_on)}.",
        Phase.PILOTING: f"Pilots end {et_date(rfp.cohort.pilot_end_on)}.",
        Phase.CANCELLED: "Cancelled. Nothing can be submitted any more.",
    }.get(phase, "")


@bp.route("/manage/cohorts/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def new_cohort() -> ResponseReturnValue:
    """A cohort from the sample plan: number, dates and amounts; the rest is edited in the draft."""
    form = forms.NewCohortForm(data=suggestions())
    if form.submitted():
        given = {field.name: field.data for field in form if field.name != "csrf_token"}
        try:
            with transaction():
                services.create_cohort(services.NewCohort(**given), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"Cohort {given['number']} is made from the sample plan. Check each part.", "success")
            return redirect(url_for(".overview", cohort=given["number"]), 303)
    return render_template("rfps/new_cohort.html", form=form), 422 if form.problems else 200


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
    preparing = call.phase is Phase.PREPARING
    return render_template(
        "rfps/overview.html",
        call=call,
        rfp=call.rfp,
        status=staff_status(call.rfp, call.now),
        step=next_step(call.rfp, call.now),
        preparing=preparing,
        groups=setup_tasks(call) if preparing else stages(call),
        dates=key_dates(call.rfp, call.now),
        obstacles=services.find_obstacles(call.rfp) if preparing else [],
        may_change=policy.may_change(me(), call.rfp),
        preparer=queries.get_person(call.rfp.prepared_by_id),
    )


def setup_tasks(call: Call) -> list[TaskGroup]:
    """Each part of the draft with what stands in it now."""
    rfp, content, number = call.rfp, call.content, call.rfp.cohort.number
    editable = policy.may_change(me(), rfp)

    def task(label: str, view: str, status: str, note: str = "", slug: str | None = None) -> Task:
        url = url_for(f".{view}", cohort=number, slug=slug) if editable else ""
        return Task(label, url, status, "", note)

    weights = sum(line["weight"] for line in content["criteria"])
    paid = sum(part["amount_cents"] for part in content["installments"])
    awards = plural(rfp.award_count, "award")
    months = pilot_months(rfp.cohort.pilot_start_on, rfp.cohort.pilot_end_on)
    questions = sum(len(section["questions"]) for section in content["form"])
    return [
        TaskGroup(
            "The cohort",
            [
                task("Details", "details", f"{awards} of {format_dollars(rfp.stipend_cents)}", f"Pilots {months}"),
                task("Dates", "dates", "", f"Proposals are due {et_long(rfp.closes_at)}"),
            ],
        ),
        TaskGroup(
            "Challenge areas",
            [task(area["title"], "area", "", area["host"], slug=area["slug"]) for area in content["areas"]],
        ),
        TaskGroup(
            "What startups read and answer",
            [
                task("Official notice", "notice_text", plural(len(content["sections"]), "section")),
                task("Eligibility", "eligibility", plural(len(content["eligibility"]), "condition")),
                task("Questions", "questions", plural(questions, "question")),
                task("Documents", "documents", plural(len(content["documents"]), "document")),
            ],
        ),
        TaskGroup(
            "How we decide and pay",
            [
                task("Rubric", "rubric", f"{weights} of 100%"),
                task("Installments", "installments", f"{format_dollars(paid)} of {format_dollars(rfp.stipend_cents)}"),
            ],
        ),
    ]


def stages(call: Call) -> list[TaskGroup]:
    """The way to the stages of a published cohort, each linked once it is reached; the work is done on pages of the
    domains above, so their addresses are plain paths."""
    rfp, phase, number = call.rfp, call.phase, call.rfp.cohort.number
    closed = call.now > rfp.closes_at
    opened, panel, decided = (at is not None for at in (rfp.opened_at, rfp.panel_opened_at, rfp.decided_at))
    over = phase is Phase.COMPLETE

    def stage(label: str, page: str, reached: bool, done: bool, note: str = "") -> Task:
        status, color = ("Later", "") if not reached else ("Done", "green") if done else ("Now", "blue")
        return Task(label, f"/manage/cohorts/{number}/{page}" if reached else "", status, color, note)

    sealed = "" if opened else "Sealed: no names and no count before two people open them"
    fixed = opened or phase is Phase.CANCELLED
    version = f"Version {call.version.number} is in force" if call.version else ""
    return [
        TaskGroup("Official changes", [stage("Addenda and deadline", "addenda", True, fixed, version)]),
        TaskGroup(
            "Proposals",
            [
                stage("Opening", "opening", closed, opened, sealed),
                stage("Proposals", "proposals", opened, panel),
            ],
        ),
        TaskGroup(
            "Evaluation",
            [
                stage("Panel", "panel", True, panel),
                stage("Conflicts of interest", "conflicts", opened, panel),
                stage("Scoring progress", "progress", opened, panel),
                stage("Ranking", "ranking", panel, decided),
                stage("Decisions", "decisions", panel, decided),
            ],
        ),
        TaskGroup("Pilots", [stage("Pilots and agreements", "pilots", decided, over)]),
    ]


@bp.get("/manage/cohorts/<int:cohort>/preview")
@requires(*READERS)
def preview(cohort: int) -> ResponseReturnValue:
    """The public page as everyone will see it."""
    return render_template("rfps/cohort.html", preview="page", **context(queries.get_call(cohort, viewer=me())))


@bp.get("/manage/cohorts/<int:cohort>/preview/form")
@requires(*READERS)
def preview_form(cohort: int) -> ResponseReturnValue:
    """The proposal form as a startup will see it; nothing typed into it is sent or kept."""
    call = queries.get_call(cohort, viewer=me())
    sections = queries.list_form_sections(call.rfp.id)
    return render_template(
        "rfps/preview_form.html",
        call=call,
        rfp=call.rfp,
        sections=sections,
        slots=queries.list_slots(call.rfp.id),
        form=forms.preview_form(sections),
    )
