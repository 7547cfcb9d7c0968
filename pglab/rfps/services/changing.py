"""Changing a draft. Each change names the version of the draft it was made on, so that nobody overwrites another's.

Parts that come in any number (rules, criteria, …) are given as a whole: known ones by id, new ones without.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.db import Entity
from pglab.core.errors import RuleError
from pglab.core.money import format_dollars
from pglab.documents.models import MAX_BYTES
from pglab.rfps import queries
from pglab.rfps.models import Criterion, DocumentSlot, EligibilityRule, InstallmentTemplate, Rfp, RfpSection
from pglab.rfps.services.dates import check_dates, check_deadline_ahead, check_pilot_dates
from pglab.rfps.services.drafts import arrange, assign, fresh_slug, log, open_draft

MOST_RULE_QUESTIONS = 5
PDF_ONLY = ("application/pdf",)


@dataclass(frozen=True)
class CallDates:
    """The dates of a call, as instants; the decision as a day."""

    publish_at: datetime
    questions_due_at: datetime
    answers_due_at: datetime
    closes_at: datetime
    scores_due_at: datetime
    decision_on: date
    pitch_on: date | None = None
    feasibility_on: date | None = None


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
    id: UUID | None = None


@dataclass(frozen=True)
class RuleText:
    """One condition for taking part; with a question, `fitting` is the answer that meets it."""

    text: str
    question: str = ""
    fitting: bool | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class RubricLine:
    """One criterion: its weight out of 100 and what each of the points 0 to 5 means."""

    title: str
    question: str
    weight: int
    anchors: list[str]
    library_key: str | None = None
    library_version: int | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class SlotText:
    """One file startups hand in."""

    title: str
    hint: str
    max_pages: int
    max_bytes: int = MAX_BYTES
    media_types: Sequence[str] = PDF_ONLY
    required: bool = True
    id: UUID | None = None


@dataclass(frozen=True)
class InstallmentPlan:
    """One part of the stipend and the milestone that earns it."""

    milestone: str
    done_when: str
    due_after_days: int
    amount_cents: int
    id: UUID | None = None


@dataclass(frozen=True)
class Stages:
    """The stages that a cohort may have between scoring and decision."""

    has_pitch: bool
    has_feasibility: bool


def change_dates(rfp: Rfp, dates: CallDates, *, version: int, actor: User) -> None:
    """Move the dates of a draft; they stay in order, and the deadline lies ahead."""
    call = open_draft(rfp, version=version, actor=actor)
    # A stage that was switched off in the meantime has no day.
    dates = replace(
        dates,
        pitch_on=dates.pitch_on if call.has_pitch else None,
        feasibility_on=dates.feasibility_on if call.has_feasibility else None,
    )
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
    log(call, "notice", arrange(queries.list_notice_sections(call.id), sections, maker(RfpSection, call)), actor=actor)


def change_eligibility(rfp: Rfp, rules: Sequence[RuleText], *, version: int, actor: User) -> None:
    """Rewrite the conditions for taking part, and the questions with which a startup checks itself."""
    call = open_draft(rfp, version=version, actor=actor)
    check_rule_questions(rules)
    stored = queries.list_eligibility_rules(call.id)
    log(call, "eligibility", arrange(stored, rules, maker(EligibilityRule, call)), actor=actor)


def check_rule_questions(rules: Sequence[RuleText]) -> None:
    """At most five conditions carry a question, so that the check takes a minute; each says which answer fits."""
    for place, rule in enumerate(rules, start=1):
        if rule.question and rule.fitting is None:
            raise RuleError(f"Select which answer fits condition {place}", field=f"fitting_{place}")
        if rule.fitting is not None and not rule.question:
            raise RuleError(f"Enter the question of condition {place}", field=f"question_{place}")
    asked = sum(1 for rule in rules if rule.question)
    if asked > MOST_RULE_QUESTIONS:
        raise RuleError(f"The eligibility check asks at most {MOST_RULE_QUESTIONS} questions. There are {asked}.")


def change_rubric(rfp: Rfp, lines: Sequence[RubricLine], *, version: int, actor: User) -> None:
    """Change names, weights and anchors of the criteria; weights add up to exactly 100. Sections of the form that
    informed a criterion which goes inform none afterwards."""
    call = open_draft(rfp, version=version, actor=actor)
    weights = sum(line.weight for line in lines)
    if weights != 100:
        raise RuleError(f"Weights must add up to 100%. They add up to {weights}%.", field="weight_1")
    names = [line.title.casefold() for line in lines]
    for place, name in enumerate(names, start=1):
        if name in names[: place - 1]:
            raise RuleError(f"Another criterion is called “{lines[place - 1].title}” already.", field=f"title_{place}")
    stored, kept = queries.list_criteria(call.id), {line.id for line in lines}
    for section in queries.list_form_sections(call.id):
        if section.criterion_id not in kept:
            section.criterion_id = None
    log(call, "rubric", arrange(stored, lines, maker(Criterion, call)), actor=actor)


def change_slots(rfp: Rfp, slots: Sequence[SlotText], *, version: int, actor: User) -> None:
    """Say which files are asked for: their types, size and pages, and which must be there."""
    call = open_draft(rfp, version=version, actor=actor)
    stored = queries.list_slots(call.id)
    taken = {slot.slug for slot in stored}

    def make(values: dict[str, Any]) -> DocumentSlot:
        slug = fresh_slug(values["title"], taken)
        taken.add(slug)
        return DocumentSlot(rfp_id=call.id, slug=slug, **values)

    given = [replace(slot, media_types=list(slot.media_types)) for slot in slots]
    log(call, "documents", arrange(stored, given, make), actor=actor)


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
    stored = queries.list_installments(call.id)
    log(call, "installments", arrange(stored, plan, maker(InstallmentTemplate, call)), actor=actor)


def change_stages(rfp: Rfp, stages: Stages, *, version: int, actor: User) -> None:
    """Switch the pitch round and the host department's feasibility review on or off; a stage that goes takes its day
    along, and one that comes has none before somebody enters it."""
    call = open_draft(rfp, version=version, actor=actor)
    kept = {
        "pitch_on": call.pitch_on if stages.has_pitch else None,
        "feasibility_on": call.feasibility_on if stages.has_feasibility else None,
    }
    log(call, "stages", assign(call, asdict(stages) | kept), actor=actor)


def maker(kind: type[Entity], call: Rfp) -> Callable[[dict[str, Any]], Entity]:
    """Makes new parts of this RFP."""
    return lambda values: kind(rfp_id=call.id, **values)
