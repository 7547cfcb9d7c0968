"""Task lists of a cohort: what there is to set up before publication, and the stages after it."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for

from pglab.accounts.session import me
from pglab.core.money import format_dollars
from pglab.rfps import policy
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call
from pglab.rfps.routes.words import pilot_months
from pglab.rfps.services import Finding
from pglab.rfps.states import Phase
from pglab.web.filters import et_long, plural


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


READY = ("Ready", "green")
# The view of a part -> the view of the task that it belongs to, where they differ.
TASK_OF = {"area": "areas", "question": "questions", "section_preview": "questions"}


def finding_url(finding: Finding, number: int) -> str:
    """Where to put right what was found: the page of the part, at the field."""
    anchor = finding.field or None
    if finding.part == "area":
        return url_for(".area", cohort=number, slug=finding.slug, _anchor=anchor)
    if finding.part == "question":
        return url_for(".question", cohort=number, form_question_id=finding.slug, _anchor=anchor)
    return url_for(f".{finding.part}", cohort=number, _anchor=anchor)


def linked(findings: Sequence[Finding], rfp: Rfp) -> list[tuple[str, str]]:
    """What was found, each with where to put it right, for whoever may."""
    may_change = policy.may_change(me(), rfp)
    return [(finding.message, finding_url(finding, rfp.cohort.number) if may_change else "") for finding in findings]


def setup_tasks(call: Call, problems: Sequence[Finding]) -> list[TaskGroup]:
    """Each part of the draft with what stands in it now, and how many things are to fix in it."""
    rfp, content, number = call.rfp, call.content, call.rfp.cohort.number
    editable = policy.may_change(me(), rfp)
    open_in: dict[str, int] = {}
    for problem in problems:
        task_view = TASK_OF.get(problem.part, problem.part)
        open_in[task_view] = open_in.get(task_view, 0) + 1

    def task(label: str, view: str, *notes: str) -> Task:
        status, color = (f"{open_in[view]} to fix", "yellow") if view in open_in else READY
        return Task(label, url_for(f".{view}", cohort=number) if editable else "", status, color, " · ".join(notes))

    stipend = format_dollars(rfp.stipend_cents)
    weights = sum(line["weight"] for line in content["criteria"])
    paid = sum(part["amount_cents"] for part in content["installments"])
    asked = sum(len(section["questions"]) for section in content["form"])
    stages = [name for name, on in content["stages"].items() if on]
    return [
        TaskGroup(
            "The cohort",
            [
                task("Details", "details", f"{plural(rfp.award_count, 'award')} of {stipend}", months_of(call)),
                task("Dates", "dates", f"Proposals are due {et_long(rfp.closes_at)}"),
                task("Stages", "stages", " and ".join(stages).capitalize() or "Scoring, then the decision"),
                task("Challenge areas", "areas", plural(len(content["areas"]), "challenge area")),
            ],
        ),
        TaskGroup(
            "What startups read and answer",
            [
                task("Official notice", "notice_text", plural(len(content["sections"]), "section")),
                task(
                    "Eligibility",
                    "eligibility",
                    plural(len(content["eligibility"]), "condition"),
                    f"{len(content['eligibility_check'])} with a question",
                ),
                task("Questions", "questions", plural(asked, "question")),
                task("Documents", "documents", plural(len(content["documents"]), "document")),
            ],
        ),
        TaskGroup(
            "How we decide and pay",
            [
                task("Rubric", "rubric", f"{weights} of 100%"),
                task("Installments", "installments", f"{format_dollars(paid)} of {stipend}"),
            ],
        ),
    ]


def submitted(count: int) -> str:
    """How many proposals were submitted, as a sentence without its period."""
    return f"{plural(count, 'proposal')} {'was' if count == 1 else 'were'} submitted"


def months_of(call: Call) -> str:
    """When the pilots run."""
    return f"Pilots {pilot_months(call.rfp.cohort.pilot_start_on, call.rfp.cohort.pilot_end_on)}"


def stages(call: Call, sealed_count: int | None = None) -> list[TaskGroup]:
    """The way to the stages of a published cohort, each linked once it is reached; the work is done on pages of the
    domains above, so their addresses are plain paths. `sealed_count` is how many proposals lie sealed, for those who
    may know."""
    rfp, phase, number = call.rfp, call.phase, call.rfp.cohort.number
    closed = call.now > rfp.closes_at
    opened, panel, decided = (at is not None for at in (rfp.opened_at, rfp.panel_opened_at, rfp.decided_at))
    over = phase is Phase.COMPLETE

    def stage(label: str, page: str, reached: bool, done: bool, note: str = "") -> Task:
        status, color = ("Later", "") if not reached else ("Done", "green") if done else ("Now", "blue")
        return Task(label, f"/manage/cohorts/{number}/{page}" if reached else "", status, color, note)

    counted = "" if sealed_count is None else f" · {submitted(sealed_count)}"
    hidden = "no names" if counted else "no names and no count"
    sealed = "" if opened else f"Sealed: {hidden} before two people open them{counted}"
    fixed = opened or phase is Phase.CANCELLED
    version = f"Version {call.version.number} is in force" if call.version else ""
    answering, answered = me().has_staff_role(*policy.PUBLISHERS), call.now > rfp.answers_due_at
    return [
        TaskGroup(
            "Official changes and answers",
            [
                stage("Addenda and deadline", "addenda", True, fixed, version),
                stage("Questions and answers", "questions", answering, answered),
                stage("Information sessions", "info-sessions", answering, closed),
            ],
        ),
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
