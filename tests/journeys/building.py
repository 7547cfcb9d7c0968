"""Story 1: a program manager builds Cohort 12 from the sample plan, and a second person publishes its RFP."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.rfps.models import Rfp

if TYPE_CHECKING:
    from tests.journeys.test_whole_cohort import City


def build_and_publish(city: "City") -> Rfp:
    """Create, look at the preview, send for review; the preparer can't publish, a second person does."""
    manager, director, visitor = city.manager, city.director, city.visitor
    today = official_now().astimezone(EASTERN).date()
    manager.open("/manage").follow("Create a cohort")
    manager.press("Create", **details(today), **dates(today))
    manager.open("/manage/cohorts/12/preview").sees("Preview", "Safer streets", "Test your product with the City")
    visitor.open("/cohorts/12", expect=404)
    manager.open("/manage/cohorts/12/publication").press("Send")
    manager.open("/manage/cohorts/12/publication").sees("someone else")
    director.open("/manage/cohorts/12/publication").press("Publish", checked="yes")
    closes_at = f"{spoken(today + timedelta(days=14))}, 4:00 p.m. ET"
    visitor.open("/cohorts/12").sees(closes_at, "Safer streets")
    visitor.open("/cohorts/12/rfp").sees(closes_at, "SHA-256", "Fit with the challenge", "$15,000.00")
    return db.session.query(Rfp).one()


def details(today: date) -> dict[str, str]:
    return {
        "number": "12",
        "headline": "Test your product with the City",
        "summary": "We choose up to three startups.",
        "pilot_start_on": (today + timedelta(days=90)).isoformat(),
        "pilot_end_on": (today + timedelta(days=270)).isoformat(),
        "budget_cents": "75,000",
        "stipend_cents": "$25,000.00",
        "award_count": "3",
    }


def dates(today: date) -> dict[str, str]:
    """Published yesterday, two weeks to apply; every time is Eastern."""
    days = {"publish_at": -1, "questions_due_at": 5, "answers_due_at": 7, "closes_at": 14, "scores_due_at": 35}
    typed = {"decision_on": (today + timedelta(days=50)).isoformat()}
    for name, after in days.items():
        typed[f"{name}-date"] = (today + timedelta(days=after)).isoformat()
        typed[f"{name}-time"] = "16:00"
    return typed


def spoken(day: date) -> str:
    return f"{datetime.combine(day, time(16)):%A, %B} {day.day}, {day.year}"
