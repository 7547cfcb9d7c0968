"""Changing a draft. Each change names the version of the draft it was made on, so that nobody overwrites another's."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from pglab.accounts.models import User
from pglab.accounts.queries import find_confirmed_user
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea, HostOrganization
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.money import format_dollars
from pglab.rfps import policy, queries
from pglab.rfps.models import Rfp
from pglab.rfps.services.dates import check_dates, check_deadline_ahead, check_pilot_dates
from pglab.rfps.services.publishing import lock
from pglab.rfps.states import RfpStatus

LOGGED_LENGTH = 500


class StaleVersionError(StateError):
    """Somebody else saved the draft after this page was opened."""


@dataclass(frozen=True)
class CallDates:
    """The dates of a call, as instants; the decision as a day."""

    publish_at: datetime
    questions_due_at: datetime
    answers_due_at: datetime
    closes_at: datetime
    scores_due_at: datetime
    decision_on: date


@dataclass(frozen=True)
class CallDetails:
    """What a cohort is called, when its pilots run, and its amounts in cents."""

    headline: str
    summary: str
    pilot_start_on: date
    pilot_end_on: date
    budget_cents: int
    stipend_cents: int
    award_count: int


@dataclass(frozen=True)
class SectionText:
    """One section of the official notice."""

    title: str
    body: str


@dataclass(frozen=True)
class RuleText:
    """One condition for taking part."""

    text: str


@dataclass(frozen=True)
class RubricLine:
    """One criterion: its weight out of 100 and what each of the points 0 to 5 means."""

    title: str
    question: str
    weight: int
    anchors: list[str]


@dataclass(frozen=True)
class QuestionText:
    """One question of the proposal form; only long answers have a word limit."""

    label: str
    hint: str
    word_limit: int | None
    required: bool


@dataclass(frozen=True)
class SlotText:
    """One file startups hand in."""

    title: str
    hint: str
    max_pages: int


@dataclass(frozen=True)
class InstallmentPlan:
    """One part of the stipend and the milestone that earns it."""

    milestone: str
    done_when: str
    due_after_days: int
    amount_cents: int


@dataclass(frozen=True)
class AreaText:
    """One challenge, and who at the City hosts and champions it."""

    title: str
    teaser: str
    problem: str
    success: str
    constraints: str
    host: HostOrganization
    champion_email: str


def change_dates(rfp: Rfp, dates: CallDates, *, version: int, actor: User) -> None:
    """Move the dates of a draft; they stay in order, and the deadline lies ahead."""
    call = open_draft(rfp, version=version, actor=actor)
    check_dates(dates)
    check_deadline_ahead(dates.closes_at)
    log(call, "dates", assign(call, asdict(dates)), actor=actor)


def change_details(rfp: Rfp, details: CallDetails, *, version: int, actor: User) -> None:
    """Change headline, summary, pilot dates and amounts. Publication asks whether the budget covers the awards."""
    call = open_draft(rfp, version=version, actor=actor)
    check_pilot_dates(details.pilot_start_on, details.pilot_end_on)
    given = asdict(details)
    amounts = {name: given.pop(name) for name in ("stipend_cents", "award_count")}
    cohort_changes = assign(call.cohort, given)
    log(call, "details", assign(call, amounts), actor=actor)
    record("cohort.changed", call.cohort, actor=actor, before=cohort_changes[0], after=cohort_changes[1])


def change_notice(rfp: Rfp, sections: Sequence[SectionText], *, version: int, actor: User) -> None:
    """Rewrite the sections of the official notice."""
    call = open_draft(rfp, version=version, actor=actor)
    log(call, "notice", assign_each(queries.list_notice_sections(call.id), sections), actor=actor)


def change_eligibility(rfp: Rfp, rules: Sequence[RuleText], *, version: int, actor: User) -> None:
    """Rewrite the conditions for taking part."""
    call = open_draft(rfp, version=version, actor=actor)
    log(call, "eligibility", assign_each(queries.list_eligibility_rules(call.id), rules), actor=actor)


def change_rubric(rfp: Rfp, lines: Sequence[RubricLine], *, version: int, actor: User) -> None:
    """Change names, weights and anchors of the criteria; weights add up to exactly 100."""
    call = open_draft(rfp, version=version, actor=actor)
    weights = sum(line.weight for line in lines)
    if weights != 100:
        raise RuleError(f"Weights must add up to 100%. They add up to {weights}%.", field="weight_1")
    log(call, "rubric", assign_each(queries.list_criteria(call.id), lines), actor=actor)


def change_questions(rfp: Rfp, questions: Sequence[QuestionText], *, version: int, actor: User) -> None:
    """Reword the questions of the proposal form, move their word limits, say which need an answer."""
    call = open_draft(rfp, version=version, actor=actor)
    stored = [question for section in queries.list_form_sections(call.id) for question in section.questions]
    log(call, "questions", assign_each(stored, questions), actor=actor)


def change_slots(rfp: Rfp, slots: Sequence[SlotText], *, version: int, actor: User) -> None:
    """Reword what files are asked for and move their page limits."""
    call = open_draft(rfp, version=version, actor=actor)
    log(call, "documents", assign_each(queries.list_slots(call.id), slots), actor=actor)


def change_installments(rfp: Rfp, plan: Sequence[InstallmentPlan], *, version: int, actor: User) -> None:
    """Change milestones and amounts; the amounts add up to the stipend, and later milestones are due later."""
    call = open_draft(rfp, version=version, actor=actor)
    total = sum(part.amount_cents for part in plan)
    if total != call.stipend_cents:
        raise RuleError(
            f"Installments must add up to the stipend of {format_dollars(call.stipend_cents)}. "
            f"They add up to {format_dollars(total)}.",
            field="amount_cents_1",
        )
    days = [part.due_after_days for part in plan]
    if days != sorted(days):
        raise RuleError("Each milestone must be due on or after the one before it.", field="due_after_days_1")
    log(call, "installments", assign_each(queries.list_installments(call.id), plan), actor=actor)


def change_area(area: ChallengeArea, text: AreaText, *, rfp: Rfp, version: int, actor: User) -> None:
    """Rewrite a challenge, and say which department hosts it and who champions it (by email, if already known)."""
    call = open_draft(rfp, version=version, actor=actor)
    champion = find_confirmed_user(text.champion_email) if text.champion_email else None
    if text.champion_email and champion is None:
        raise RuleError("Nobody with this email has a confirmed account yet.", field="champion_email")
    given = {field.name: getattr(text, field.name) for field in fields(text) if field.name != "champion_email"}
    changes = assign(area, {**given, "host_id": text.host.id, "champion": champion})
    record("cohort.challenge_changed", call.cohort, actor=actor, before=changes[0], after=changes[1])
    log(call, f"challenge “{area.title}”", ({}, {}), actor=actor)


def open_draft(rfp: Rfp, *, version: int, actor: User) -> Rfp:
    """Lock the draft for a change; only a draft, only by a program manager, and only as that person saw it."""
    require(policy.may_prepare(actor))
    call = lock(rfp)
    if call.status is not RfpStatus.DRAFT:
        raise StateError(why_not_changed(call))
    if call.version != version:
        raise StaleVersionError("Somebody else saved changes to this cohort while you were typing.")
    call.version += 1
    return call


def why_not_changed(rfp: Rfp) -> str:
    """Why this RFP cannot be edited now, and what can be done."""
    if rfp.status is RfpStatus.IN_REVIEW:
        return f"{rfp.reference} is waiting for a second person. Return it to draft to change it."
    return f"{rfp.reference} is published. From now on it changes only by an addendum."


def assign_each(stored: Sequence[Any], given: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give each stored part its new values, in order; their number is fixed. The differences, before and after."""
    if len(stored) != len(given):
        raise StateError("The number of parts has changed since you opened this page. Open it again.")
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for place, (part, values) in enumerate(zip(stored, given, strict=True), start=1):
        was, now = assign(part, asdict(values))
        before |= {f"{place} {name}": value for name, value in was.items()}
        after |= {f"{place} {name}": value for name, value in now.items()}
    return before, after


def assign(thing: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the values that differ; what they were and what they are, as the log takes them."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(thing, name)
        if old != value:
            before[name], after[name] = loggable(old), loggable(value)
            setattr(thing, name, value)
    db.session.flush()
    return before, after


def loggable(value: Any) -> str | int | None:
    """A value for the log: numbers as they are, the rest as text that is not endless."""
    if value is None or isinstance(value, int):
        return value
    return (value.isoformat() if isinstance(value, date) else str(value))[:LOGGED_LENGTH]


def log(call: Rfp, part: str, changes: tuple[dict[str, Any], dict[str, Any]], *, actor: User) -> None:
    """One entry for the RFP: which part, and what was and is."""
    record("rfp.changed", call, actor=actor, reason=part, before=changes[0], after=changes[1])
