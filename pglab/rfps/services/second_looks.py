"""What may be published as it is and is rarely meant: worth a second look by both people."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from pglab.cohorts.models import ChallengeArea
from pglab.core.clock import EASTERN
from pglab.core.money import format_dollars
from pglab.core.reading import reading_grade, undefined_acronyms
from pglab.core.workdays import is_holiday
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Parts
from pglab.rfps.services.gates import AREA_NEEDS, Finding
from pglab.web.filters import et_date, et_long, plural

HIGHEST_GRADE = 8
SHORT_CALL = timedelta(days=21)
OFFICE_HOURS = range(9, 18)
DAY = timedelta(days=1)
# Dates on which startups have to do something.
STARTUP_DATES = (("questions_due_at", "The last day to ask questions"), ("closes_at", "The deadline"))


def find_warnings(parts: Parts, now: datetime) -> list[Finding]:
    """What may be published and is worth a second look: odd dates, amounts that differ, hard reading, abbreviations."""
    rfp = parts.rfp
    everything = "\n".join([*(part.body for part in parts.notice), rfp.cohort.summary])
    found = [*_of_dates(rfp, now), *_of_summary(rfp), *_of_rubric(parts), *_of_installments(parts)]
    for area in parts.areas:
        found += _of_area(area, everything)
    for place, part in enumerate(parts.notice, start=1):
        found += _of_text(
            f"Section {place} of the notice, “{part.title}”,", part.body, everything, "notice_text", f"body_{place}"
        )
    return [*found, *_of_champions(parts)]


def _of_area(area: ChallengeArea, everything: str) -> list[Finding]:
    own = "\n".join(getattr(area, field) for field in ("teaser", *AREA_NEEDS))
    told = _of_text(f"“{area.title}”", own, everything, "area", "problem")
    return [Finding(each.message, each.part, each.field, area.slug) for each in told]


def _of_text(called: str, text: str, everything: str, part: str, field: str) -> list[Finding]:
    found = []
    grade = reading_grade(text)
    if grade is not None and round(grade) > HIGHEST_GRADE:
        found.append(
            Finding(f"{called} reads at grade {round(grade)}. Aim for grade {HIGHEST_GRADE} or lower.", part, field)
        )
    short = undefined_acronyms(text, defined_in=everything)
    if short:
        found.append(Finding(f"{called} uses {', '.join(short)} without saying what that is.", part, field))
    return found


def _of_champions(parts: Parts) -> list[Finding]:
    return [
        Finding(f"“{area.title}” has no champion yet.", "area", "champion_email", area.slug)
        for area in parts.areas
        if area.champion_id is None
    ]


def _of_dates(rfp: Rfp, now: datetime) -> Iterator[Finding]:
    if rfp.publish_at <= now:
        said = f"The call was to become public {et_long(rfp.publish_at)}. It is public as soon as it is published."
        yield Finding(said, "dates", "publish_at-date")
    for field, name in STARTUP_DATES:
        at = getattr(rfp, field).astimezone(EASTERN)
        off = "on a weekend" if at.weekday() >= 5 else "on a holiday" if is_holiday(at.date()) else ""
        if off:
            yield Finding(f"{name}, {et_date(at)}, is {off}.", "dates", f"{field}-date")
    if rfp.closes_at.astimezone(EASTERN).hour not in OFFICE_HOURS:
        yield Finding("The deadline is outside office hours.", "dates", "closes_at-time")
    if rfp.closes_at - max(rfp.publish_at, now) < SHORT_CALL:
        yield Finding("Startups have less than three weeks to apply.", "dates", "closes_at-date")


def _of_summary(rfp: Rfp) -> Iterator[Finding]:
    """Amounts and numbers of awards in the summary that are not those of the cohort."""
    named = {int(whole.replace(",", "")) * 100 for whole in re.findall(r"\$(\d[\d,]*)", rfp.cohort.summary)}
    for cents in sorted(named - {rfp.stipend_cents, rfp.cohort.budget_cents}):
        said = f"The summary says {format_dollars(cents)}. The stipend is {format_dollars(rfp.stipend_cents)}."
        yield Finding(said, "details", "summary")
    for most in re.findall(r"\bup to (\d{1,3})\b", rfp.cohort.summary):
        if int(most) != rfp.award_count:
            said = f"The summary says “up to {most}”. There are {plural(rfp.award_count, 'award')}."
            yield Finding(said, "details", "summary")


def _of_rubric(parts: Parts) -> Iterator[Finding]:
    informed = {section.criterion_id for section in parts.form}
    for criterion in parts.criteria:
        if criterion.id not in informed:
            yield Finding(f"No section of the form informs the criterion “{criterion.title}”.", "questions")


def _of_installments(parts: Parts) -> Iterator[Finding]:
    start, end = parts.rfp.cohort.pilot_start_on, parts.rfp.cohort.pilot_end_on
    for place, part in enumerate(parts.installments, start=1):
        due = start + part.due_after_days * DAY
        if due > end:
            said = f"“{part.milestone}” is due {et_date(due)}, after the pilots end ({et_date(end)})."
            yield Finding(said, "installments", f"due_after_days_{place}")
