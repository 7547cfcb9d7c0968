"""Where a proposal stands, for its own team: the step it is at, the next date, what was done, what is to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pglab.accounts.models import User
from pglab.proposals import policy
from pglab.proposals.models import Clarification, Proposal
from pglab.proposals.queries.clarifications import ClarificationView, list_clarifications
from pglab.proposals.queries.sent import list_refusals, list_submissions, list_withdrawals
from pglab.proposals.states import ClarificationStatus, ProposalStatus, WithdrawalKind
from pglab.rfps.models import Rfp
from pglab.web.filters import et_date, et_long, local_day

STEPS = ("Submitted", "Opening", "Checking and evaluation", "Decision")
NEEDS_YOU = ("We need something from you", "yellow")


@dataclass(frozen=True)
class StatusView:
    """What the status page shows. `step` counts from 1, 0 before anything was sent; `to_do` names what waits for the
    team and where it is done; `upcoming` is the next dated step, and `dates` are the rows of all of them."""

    word: tuple[str, str]
    step: int
    to_do: list[tuple[str, str]]
    upcoming: tuple[str, str] | None
    dates: list[tuple[str, str, str, bool]]
    history: list[dict[str, Any]]
    clarifications: list[ClarificationView]


def read_status(proposal: Proposal, now: datetime, *, viewer: User) -> StatusView:
    """The status of a proposal the viewer has already been allowed to see, in the same few statements for any number
    of submissions and clarifications."""
    views = list_clarifications(proposal)
    waiting = next_waiting(proposal, [view.clarification for view in views], now)
    steps = dated_steps(proposal.rfp)
    over = proposal.status is not ProposalStatus.SUBMITTED or proposal.rfp.cancelled_at is not None
    ahead = [] if over else [each for each in steps if not _is_past(each, proposal.rfp, now)]
    return StatusView(
        word=status_word(proposal, waiting),
        step=step_of(proposal),
        to_do=list_to_do(proposal, waiting, now, viewer),
        upcoming=_in_words(ahead[0], now) if ahead else None,
        dates=[_row(each, proposal.rfp, now, current=each in ahead[:1]) for each in steps],
        history=list_history(proposal, views),
        clarifications=views,
    )


def status_word(proposal: Proposal, waiting: Clarification | None = None) -> tuple[str, str]:
    """The one word for where a proposal stands and its color, the same on every page of a startup. `waiting`: a
    clarification that it can still answer."""
    call = proposal.rfp
    if call.cancelled_at:
        return "Call cancelled", "red"
    if proposal.status is ProposalStatus.DRAFT:
        return "Draft – not submitted", "yellow"
    if proposal.status is ProposalStatus.WITHDRAWN:
        return "Withdrawn", "gray"
    if call.decided_at:
        return "Decided", "blue"
    if waiting is not None:
        return NEEDS_YOU
    return ("Being evaluated", "blue") if call.opened_at else ("Submitted", "green")


def step_of(proposal: Proposal) -> int:
    """At which of the steps a proposal is; none for a draft. A withdrawn one stays where it was taken back."""
    if proposal.status is ProposalStatus.DRAFT:
        return 0
    call = proposal.rfp
    if proposal.status is ProposalStatus.WITHDRAWN and not proposal.submission_number:
        return 1
    return 4 if call.decided_at else 3 if call.opened_at else 1


def next_waiting(proposal: Proposal, asked: Iterable[Clarification], now: datetime) -> Clarification | None:
    """The clarification that is due first of those that can still be answered."""
    call = proposal.rfp
    if proposal.status is not ProposalStatus.SUBMITTED or call.decided_at or call.cancelled_at:
        return None
    open_ones = [each for each in asked if each.is_open and not each.is_overdue(now)]
    return min(open_ones, key=lambda each: each.due_at, default=None)


def list_to_do(proposal: Proposal, waiting: Clarification | None, now: datetime, viewer: User) -> list[tuple[str, str]]:
    """What this member of the team has to do now and may do, and where; nothing most of the time."""
    call, here = proposal.rfp, f"/apply/proposals/{proposal.reference}"
    if call.cancelled_at:
        return []
    if call.decided_at and proposal.status is ProposalStatus.SUBMITTED:
        return [("Read the decision", f"{here}/decision")]
    if waiting is not None:
        words = f"Answer question {waiting.number} of the program managers by {et_long(waiting.due_at)}"
        return [(words, f"{here}/clarifications/{waiting.number}")] if policy.may_submit(viewer, proposal) else []
    if call.phase(now).accepts_proposals and policy.may_edit(viewer, proposal):
        return _to_send(proposal, here, submits=policy.may_submit(viewer, proposal))
    return []


def _to_send(proposal: Proposal, here: str, *, submits: bool) -> list[tuple[str, str]]:
    """What is left to send before the deadline. Who may not submit themselves asks a representative."""
    by = f"by {et_long(proposal.rfp.closes_at)}"
    if proposal.status is ProposalStatus.DRAFT:
        own = (f"Finish your draft and submit it {by}", f"{here}/check")
        return [own if submits else (f"Finish your draft {by}. A representative submits it", here)]
    if proposal.has_unsent_changes:
        own = (f"Submit again {by} if your changes should count", f"{here}/check")
        others = f"Ask a representative to submit again {by} if your changes should count"
        return [own if submits else (others, f"{here}/submission/request")]
    return []


@dataclass(frozen=True)
class DatedStep:
    """One date of a call after a proposal was sent: what, when, and the fact that shows that it is done, if any."""

    name: str
    when: datetime | date
    means: str
    done_at: datetime | None = None
    open_ended: bool = False


def dated_steps(rfp: Rfp) -> list[DatedStep]:
    """What happens to a proposal and when, in the order of the call."""
    steps = [
        DatedStep("Deadline", rfp.closes_at, "Until then you can change what you sent."),
        DatedStep(
            "Opening",
            rfp.opened_at or rfp.closes_at,
            "Two people open all proposals together, after the deadline.",
            rfp.opened_at,
            open_ended=rfp.opened_at is None,
        ),
        DatedStep("Scores due", rfp.scores_due_at, "Evaluators without a conflict have scored.", rfp.panel_opened_at),
    ]
    if rfp.pitch_on:
        steps.append(DatedStep("Pitches", rfp.pitch_on, "The startups that the panel invites pitch."))
    if rfp.feasibility_on:
        steps.append(DatedStep("Feasibility", rfp.feasibility_on, "Host departments say what a pilot would take."))
    decided = rfp.decided_at
    means = "We email you when your decision is ready."
    steps.append(DatedStep("Decision", decided or rfp.decision_on, means, decided, open_ended=decided is None))
    return steps


def _is_past(step: DatedStep, rfp: Rfp, now: datetime) -> bool:
    """Done, or over by its date; what waits for people is not over before they have done it."""
    if step.done_at is not None or rfp.decided_at is not None:
        return True
    if step.open_ended:
        return False
    return step.when < now if isinstance(step.when, datetime) else step.when < local_day(now)


def _in_words(step: DatedStep, now: datetime) -> tuple[str, str]:
    """The next step as a sentence: a planned date that has passed is said to have passed."""
    when = et_long(step.when) if isinstance(step.when, datetime) and not step.open_ended else et_date(step.when)
    if step.open_ended and local_day(step.when) < local_day(now):
        planned = "It could be done from" if step.name == "Opening" else "It was planned for"
        return step.name, f"{planned} {when} and is not done yet. {step.means}"
    return step.name, f"{'On or after ' if step.open_ended else ''}{when}. {step.means}"


def _row(step: DatedStep, rfp: Rfp, now: datetime, *, current: bool) -> tuple[str, str, str, bool]:
    when = et_long(step.when) if isinstance(step.when, datetime) and not step.open_ended else et_date(step.when)
    done = _is_past(step, rfp, now)
    return step.name, f"On or after {when}" if step.open_ended else when, "Done" if done else "", current


def list_history(proposal: Proposal, views: list[ClarificationView]) -> list[dict[str, Any]]:
    """What happened to the proposal, newest first, with the proof of each thing we received."""
    here, call = f"/apply/proposals/{proposal.reference}", proposal.rfp
    events: list[dict[str, Any]] = [{"at": proposal.started_at, "title": "Proposal started"}]
    for sent in list_submissions(proposal):
        title = f"Submission {sent.number} received"
        events.append({"at": sent.received_at, "title": title, "url": f"{here}/receipts/{sent.number}"})
    for late in list_refusals(proposal):
        events.append({"at": late.received_at, "title": "A late try was refused", "url": f"{here}/refusals/{late.id}"})
    for made in list_withdrawals(proposal):
        title = "Withdrawn" if made.kind is WithdrawalKind.WITHDRAWN else "Withdrawal undone"
        events.append({"at": made.received_at, "title": title, "by": made.made_by.name, "url": f"{here}/withdrawal"})
    if call.opened_at and proposal.submission_number:
        url = f"/cohorts/{call.cohort.number}/opening"
        events.append({"at": call.opened_at, "title": "All proposals were opened", "url": url})
    for view in views:
        events += _clarified(view, f"{here}/clarifications/{view.clarification.number}")
    if call.decided_at and proposal.status is ProposalStatus.SUBMITTED:
        events.append({"at": call.decided_at, "title": "Decision ready", "url": f"{here}/decision"})
    if call.cancelled_at:
        events.append({"at": call.cancelled_at, "title": "The call was cancelled"})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _clarified(view: ClarificationView, url: str) -> list[dict[str, Any]]:
    asked = view.clarification
    events = [{"at": asked.asked_at, "title": f"Question {asked.number} from the program managers", "url": url}]
    if view.response is not None:
        answered = f"Answer to question {asked.number} received"
        sent_by = view.response.sent_by.name
        events.append({"at": view.response.received_at, "title": answered, "by": sent_by, "url": url})
    if asked.status is ClarificationStatus.TAKEN_BACK and asked.taken_back_at:
        title = f"Question {asked.number} is no longer asked"
        events.append({"at": asked.taken_back_at, "title": title, "url": url})
    return events
