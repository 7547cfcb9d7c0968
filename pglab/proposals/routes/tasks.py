"""The task list of one proposal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import MemberRole, User
from pglab.accounts.queries import list_members
from pglab.accounts.session import me, this_session
from pglab.proposals import policy, queries
from pglab.proposals.models import Proposal
from pglab.proposals.queries import Desk, SectionState, TaskStatus
from pglab.proposals.routes.blueprint import bp
from pglab.web.filters import et_recent, filesize, listed, plural
from pglab.web.security import signed_in

COLORS = {
    TaskStatus.NOT_STARTED: "gray",
    TaskStatus.IN_PROGRESS: "blue",
    TaskStatus.COMPLETED: None,
    TaskStatus.CHECKING: "blue",
    TaskStatus.NEEDS_YOU: "yellow",
    TaskStatus.PROBLEM: "red",
}
YOUR_STARTUP = "Your startup"
Task = dict[str, Any]


@bp.get("/apply/proposals/<reference>")
@signed_in
def tasks(reference: str) -> ResponseReturnValue:
    """The task list of one proposal, with the deadline beside it and what is new on top."""
    proposal = queries.get_proposal(reference, viewer=me())
    desk = queries.read_desk(proposal, viewer=me(), session_hash=this_session())
    now = desk.visit.now
    groups = task_groups(desk, now)
    is_open = proposal.rfp.phase(now).accepts_proposals
    return render_template(
        "proposals/draft/tasks.html",
        proposal=proposal,
        desk=desk,
        now=now,
        open=is_open,
        unread=[each.addendum for each in desk.draft.addenda if each.given is None],
        groups=groups,
        next_task=next_task(groups) if is_open else None,
        may_edit=policy.may_edit(me(), proposal),
        may_submit=policy.may_submit(me(), proposal),
    )


def task_groups(desk: Desk, now: datetime) -> list[dict[str, Any]]:
    """The task list as its template draws it: before you start, the form by its groups, documents, the end."""
    reference = desk.proposal.reference
    groups: dict[str, list[Task]] = {"Before you start": before_you_start(desk), YOUR_STARTUP: [your_startup(desk)]}
    for state in desk.states:
        groups.setdefault(state.section.group, []).append(section_task(desk, state, now))
    groups["Documents"] = [
        {"url": url_for(".document", reference=reference, slug=slot.slug), **file_task(desk, slot)}
        for slot in desk.draft.slots
    ]
    groups["Finish"] = finish(desk, is_open=desk.proposal.rfp.phase(now).accepts_proposals)
    notes = group_weights(desk.states)
    return [
        {"number": number, "title": title, "note": notes.get(title, ""), "tasks": found}
        for number, (title, found) in enumerate(groups.items(), start=1)
    ]


def before_you_start(desk: Desk) -> list[Task]:
    """Whether the call is for this startup, of which nothing is stored, and what it answers to."""
    cohort, area = desk.proposal.rfp.cohort.number, desk.proposal.challenge_area
    eligible = {"label": "Check you’re eligible", "url": f"/cohorts/{cohort}/eligibility"}
    chosen = {"label": "Choose a challenge", "url": f"/cohorts/{cohort}/challenges/{area.slug}", "note": area.title}
    return [{**eligible, "note": "Under a minute. Nothing is stored."}, {**chosen, **shown(TaskStatus.COMPLETED)}]


def your_startup(desk: Desk) -> Task:
    """What the City holds about the startup. It is registered only once all of it is there."""
    url = url_for("accounts.organization", organization_id=desk.proposal.organization_id)
    return {"label": "Organization details", "url": url, **shown(TaskStatus.COMPLETED)}


def section_task(desk: Desk, state: SectionState, now: datetime) -> Task:
    """One section of the form: its weight, who changed it last, what somebody asked of this person."""
    section, criterion = state.section, state.section.criterion
    asked = [each.asked_by.name for each in desk.asked_of_me if each.section_id == section.id]
    notes = [f"{state.addendum.name} changed what this section asks"] if state.addendum else []
    notes += [f"{listed(asked)} {'asks' if len(asked) == 1 else 'ask'} you to review this"] if asked else []
    notes += [last_edit(state, now)] if state.last_edit else []
    return {
        "label": section.title,
        "url": url_for(".section", reference=desk.proposal.reference, slug=section.slug),
        "weight": f"({criterion.weight}%)" if criterion else "(not scored)",
        "note": ". ".join(notes),
        **shown(TaskStatus.NEEDS_YOU if asked else state.status),
    }


def file_task(desk: Desk, slot: Any) -> Task:
    """One document: how its file stands, and what is known of it."""
    document = desk.draft.documents.get(slot.id)
    facts = f"{document.filename}, {plural(document.pages, 'page')}, {filesize(document.size)}" if document else ""
    weight = "" if slot.required else "(optional)"
    return {"label": slot.title, "weight": weight, "note": facts, **shown(queries.file_status(desk.draft, slot))}


def finish(desk: Desk, *, is_open: bool) -> list[Task]:
    """What comes last: addenda to acknowledge, then check and submit."""
    reference, found = desk.proposal.reference, []
    if desk.draft.addenda:
        waiting = [each.addendum.name for each in desk.draft.addenda if each.given is None]
        status = shown(TaskStatus.NEEDS_YOU if waiting else TaskStatus.COMPLETED)
        url = url_for(".acknowledgments", reference=reference)
        found.append({"label": "Acknowledge addenda", "url": url, "note": listed(waiting), **status})
    url = url_for(".check", reference=reference)
    return [
        *found,
        {"label": "Check and submit", "url": url, "status": last_step(desk, is_open=is_open), "quiet": True},
    ]


def last_step(desk: Desk, *, is_open: bool) -> str:
    """How checking and submitting stands, in words."""
    proposal, left = desk.proposal, len(desk.problems)
    if not is_open:
        return "Closed"
    if left:
        return f"Cannot start yet — {plural(left, 'thing')} to finish"
    if proposal.submission_number and not proposal.has_unsent_changes:
        return "Submitted"
    if policy.may_submit(desk.viewer, proposal):
        return "Ready to submit"
    return f"Ready: {listed(desk.submitters, 'or')} can submit"


def shown(status: TaskStatus) -> Task:
    """A status as the list draws it."""
    return {"status": status.value, "color": COLORS[status]}


def group_weights(states: Iterable[SectionState]) -> dict[str, str]:
    """How much of the score hangs on each group of sections; a criterion that two sections inform counts once."""
    weights: dict[str, dict[Any, int]] = {}
    for state in states:
        if state.section.criterion:
            weights.setdefault(state.section.group, {})[state.section.criterion.id] = state.section.criterion.weight
    return {group: f"({sum(each.values())}% of the score)" for group, each in weights.items()}


def next_task(groups: list[dict[str, Any]]) -> Task | None:
    """The first task that is still to do, and checking when there is none."""
    tasks = [task for group in groups for task in group["tasks"]]
    undone = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS, TaskStatus.NEEDS_YOU, TaskStatus.PROBLEM)
    waiting = [task for task in tasks if task.get("status") in undone and task.get("weight") != "(optional)"]
    last = tasks[-1] if tasks[-1]["status"] != "Submitted" else None
    return next(iter(waiting), last)


def last_edit(state: SectionState, now: datetime) -> str:
    """Who changed the section last, and when."""
    if state.last_edit is None:
        return ""
    return f"{state.last_edit.edited_by.name}, {et_recent(state.last_edit.edited_at, now)}"


def submitters(proposal: Proposal) -> list[User]:
    """The people who may submit this proposal."""
    return [each.user for each in list_members(proposal.organization) if each.role is MemberRole.REPRESENTATIVE]
