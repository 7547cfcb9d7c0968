"""What keeps a draft from being published. Each finding points at the field to change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pglab.core.clock import official_now
from pglab.core.errors import RuleError
from pglab.core.money import format_dollars
from pglab.rfps import queries
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Parts
from pglab.rfps.services.dates import DATE_ORDER, check_dates, missing_days
from pglab.web.filters import et_date, et_long

# What a startup must be told of a challenge before it can answer it.
AREA_NEEDS = {
    "problem": "the problem",
    "affected": "who has the problem",
    "success": "what success looks like",
    "constraints": "the constraints",
    "data_and_sites": "which data and sites there are",
}


@dataclass(frozen=True)
class Finding:
    """One sentence about a part of the setup, the field it is about, and the part's own name in the address."""

    message: str
    part: str
    field: str = ""
    slug: str = ""


Check = Callable[[Parts], list[Finding]]
_checks: list[Check] = []


def as_publication_check(check: Check) -> Check:
    """Have `check` asked before every publication, also when it lies in a room above this one."""
    _checks.append(check)
    return check


def find_problems(parts: Parts, now: datetime) -> list[Finding]:
    """Everything that keeps the RFP from being published at `now`, in the order of the setup; empty when ready."""
    rfp = parts.rfp
    found = [*_money(rfp), *_timeline(rfp, now), *_areas(parts), *_form(parts), *_rubric(parts), *_installments(parts)]
    return [*found, *(each for check in _checks for each in check(parts))]


def find_obstacles(rfp: Rfp) -> list[str]:
    """What keeps the RFP from being published, one sentence each."""
    return [problem.message for problem in find_problems(Parts(rfp), official_now())]


def _money(rfp: Rfp) -> Iterator[Finding]:
    promised = rfp.stipend_cents * rfp.award_count
    if promised > rfp.cohort.budget_cents:
        yield Finding(
            f"{rfp.award_count} awards of {format_dollars(rfp.stipend_cents)} are {format_dollars(promised)}. "
            f"The budget is {format_dollars(rfp.cohort.budget_cents)}.",
            "details",
            "budget_cents",
        )


def _timeline(rfp: Rfp, now: datetime) -> Iterator[Finding]:
    if rfp.closes_at <= now:
        yield Finding(f"The deadline ({et_long(rfp.closes_at)}) has passed already.", "dates", "closes_at-date")
    try:
        check_dates(rfp)
    except RuleError as error:
        dated = error.field in dict(DATE_ORDER)
        yield Finding(error.message, "dates", f"{error.field}-date" if dated else str(error.field))
    for field, said in missing_days(rfp):
        yield Finding(said, "dates", field)
    if rfp.questions_due_at <= now < rfp.closes_at:
        said = f"The last day to ask questions ({et_long(rfp.questions_due_at)}) has passed already."
        yield Finding(said, "dates", "questions_due_at-date")
    if rfp.cohort.pilot_start_on < rfp.decision_on:
        said = f"Pilots start {et_date(rfp.cohort.pilot_start_on)}, before the decisions ({et_date(rfp.decision_on)})."
        yield Finding(said, "details", "pilot_start_on")


def _areas(parts: Parts) -> Iterator[Finding]:
    if not parts.areas:
        yield Finding("There is no challenge area.", "areas")
    for area in parts.areas:
        for field, said in AREA_NEEDS.items():
            if not getattr(area, field).strip():
                yield Finding(f"“{area.title}” does not say {said}.", "area", field, area.slug)


def _form(parts: Parts) -> Iterator[Finding]:
    if not parts.notice:
        yield Finding("The official notice has no section.", "notice_text")
    if not queries.questions_of(parts.form):
        yield Finding("The proposal form asks nothing.", "questions")
    for section in parts.form:
        if not section.questions:
            yield Finding(f"The section “{section.title}” asks nothing.", "questions")
    for end in queries.find_dead_ends(parts.form):
        yield Finding(end.message, "question", "show_if", str(end.question.id))


def _rubric(parts: Parts) -> Iterator[Finding]:
    weights = sum(criterion.weight for criterion in parts.criteria)
    if weights != 100:
        yield Finding(f"Weights must add up to 100%. They add up to {weights}%.", "rubric", "weight_1")


def _installments(parts: Parts) -> Iterator[Finding]:
    stipend, paid = parts.rfp.stipend_cents, sum(part.amount_cents for part in parts.installments)
    if paid != stipend:
        yield Finding(
            f"Installments must add up to the stipend of {format_dollars(stipend)}. "
            f"They add up to {format_dollars(paid)}.",
            "installments",
            "amount_cents_1",
        )
    for place, (earlier, later) in enumerate(pairwise(parts.installments), start=2):
        if later.due_after_days < earlier.due_after_days:
            said = f"“{later.milestone}” is due before “{earlier.milestone}”, which comes first."
            yield Finding(said, "installments", f"due_after_days_{place}")
