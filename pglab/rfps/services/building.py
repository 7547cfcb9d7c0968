"""Building a cohort: everything comes from the sample plan, dates and amounts from the program manager."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea, Cohort, HostKind, HostOrganization
from pglab.cohorts.queries import is_past_cohort
from pglab.core.db import db
from pglab.core.errors import RuleError, require
from pglab.rfps import policy
from pglab.rfps.models import (
    Criterion,
    DocumentSlot,
    EligibilityRule,
    FormQuestion,
    FormSection,
    InstallmentTemplate,
    QuestionKind,
    Rfp,
    RfpSection,
)
from pglab.rfps.services.dates import check_dates, check_deadline_ahead, check_pilot_dates

SAMPLE_PLAN = Path(__file__).parent.parent / "data" / "sample_plan.json"


@dataclass(frozen=True)
class NewCohort:
    """What a program manager says of a new cohort; the rest comes from the sample plan. Amounts in cents."""

    number: int
    headline: str
    summary: str
    pilot_start_on: date
    pilot_end_on: date
    budget_cents: int
    publish_at: datetime
    questions_due_at: datetime
    answers_due_at: datetime
    closes_at: datetime
    scores_due_at: datetime
    decision_on: date
    stipend_cents: int
    award_count: int
    is_sample: bool = False


@cache
def sample_plan() -> dict[str, Any]:
    """Challenge areas, notice, rubric, form, documents and installments, as a start; ours, not the program's record."""
    plan: dict[str, Any] = json.loads(SAMPLE_PLAN.read_text(encoding="utf-8"))
    return plan


def create_cohort(new: NewCohort, *, actor: User) -> Rfp:
    """Make a cohort with its RFP as a draft, filled from the sample plan; whoever makes it is its preparer."""
    require(policy.may_prepare(actor))
    if db.session.scalar(select(Cohort.id).where(Cohort.number == new.number)):
        raise RuleError(f"Cohort {new.number} exists already.", field="number")
    if is_past_cohort(new.number):
        raise RuleError(f"Cohort {new.number} took place before this site. Enter a later number.", field="number")
    check_dates(new)
    check_deadline_ahead(new.closes_at)
    check_pilot_dates(new.pilot_start_on, new.pilot_end_on)
    plan = sample_plan()
    cohort = Cohort(
        number=new.number,
        headline=new.headline,
        summary=new.summary,
        pilot_start_on=new.pilot_start_on,
        pilot_end_on=new.pilot_end_on,
        budget_cents=new.budget_cents,
        is_sample=new.is_sample,
    )
    rfp = Rfp(
        cohort=cohort,
        reference=f"RFP-{new.number}",
        publish_at=new.publish_at,
        questions_due_at=new.questions_due_at,
        answers_due_at=new.answers_due_at,
        closes_at=new.closes_at,
        scores_due_at=new.scores_due_at,
        decision_on=new.decision_on,
        stipend_cents=new.stipend_cents,
        award_count=new.award_count,
        prepared_by_id=actor.id,
    )
    db.session.add_all([cohort, rfp])
    db.session.flush()
    _add_areas(cohort, plan)
    _add_notice(rfp, plan)
    _add_form(rfp, plan, _add_rubric(rfp, plan))
    record("cohort.created", cohort, actor=actor, after={"number": new.number})
    record("rfp.drafted", rfp, actor=actor)
    return rfp


def _add_areas(cohort: Cohort, plan: dict[str, Any]) -> None:
    hosts = {host.name: host for host in db.session.scalars(select(HostOrganization))}
    for given in plan["hosts"]:
        if given["name"] not in hosts:
            hosts[given["name"]] = HostOrganization(name=given["name"], kind=HostKind(given["kind"]))
    for position, area in enumerate(plan["areas"], start=1):
        texts = {key: area[key] for key in ("slug", "title", "teaser", "problem", "success", "constraints")}
        db.session.add(ChallengeArea(cohort=cohort, position=position, host=hosts[area["host"]], **texts))


def _add_notice(rfp: Rfp, plan: dict[str, Any]) -> None:
    for position, section in enumerate(plan["sections"], start=1):
        db.session.add(RfpSection(rfp_id=rfp.id, position=position, **section))
    for position, rule in enumerate(plan["eligibility"], start=1):
        db.session.add(EligibilityRule(rfp_id=rfp.id, position=position, text=rule))
    for position, installment in enumerate(plan["installments"], start=1):
        db.session.add(InstallmentTemplate(rfp_id=rfp.id, position=position, **installment))
    for position, slot in enumerate(plan["slots"], start=1):
        db.session.add(DocumentSlot(rfp_id=rfp.id, position=position, **slot))


def _add_rubric(rfp: Rfp, plan: dict[str, Any]) -> dict[str, Criterion]:
    criteria = {
        criterion["title"]: Criterion(rfp_id=rfp.id, position=position, **criterion)
        for position, criterion in enumerate(plan["criteria"], start=1)
    }
    db.session.add_all(criteria.values())
    db.session.flush()
    return criteria


def _add_form(rfp: Rfp, plan: dict[str, Any], criteria: dict[str, Criterion]) -> None:
    for position, part in enumerate(plan["form"], start=1):
        section = FormSection(
            rfp_id=rfp.id,
            position=position,
            slug=part["slug"],
            title=part["title"],
            group=part["group"],
            criterion_id=criteria[part["criterion"]].id if "criterion" in part else None,
        )
        db.session.add(section)
        db.session.flush()
        for place, question in enumerate(part["questions"], start=1):
            kind = QuestionKind(question["kind"])
            given = {
                key: question[key] for key in ("label", "name", "hint", "word_limit", "required") if key in question
            }
            db.session.add(FormQuestion(rfp_id=rfp.id, section_id=section.id, position=place, kind=kind, **given))
