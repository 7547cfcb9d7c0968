"""Building a cohort: its parts come from the sample plan or from an earlier cohort, dates and amounts from a person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea, Cohort, HostKind, HostOrganization
from pglab.cohorts.queries import is_past_cohort
from pglab.core.db import Entity, db
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
from pglab.rfps.services.plans import Plan, empty_plan, plan_of, sample_plan


@dataclass(frozen=True)
class NewCohort:
    """What a program manager says of a new cohort; the rest comes from a plan. Amounts in cents."""

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


def create_cohort(new: NewCohort, *, actor: User, source: Rfp | None = None, empty: bool = False) -> Rfp:
    """Make a cohort with its RFP as a draft, filled from an earlier cohort's RFP or else from the sample plan, or left
    `empty`; whoever makes it is its preparer."""
    require(policy.may_prepare(actor))
    if db.session.scalar(select(Cohort.id).where(Cohort.number == new.number)):
        raise RuleError(f"Cohort {new.number} exists already.", field="number")
    if is_past_cohort(new.number):
        raise RuleError(f"Cohort {new.number} took place before this site. Enter a later number.", field="number")
    check_dates(new)
    check_deadline_ahead(new.closes_at)
    check_pilot_dates(new.pilot_start_on, new.pilot_end_on)
    plan = plan_of(source) if source else empty_plan() if empty else sample_plan()
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
        **plan["stages"],
        prepared_by_id=actor.id,
    )
    db.session.add_all([cohort, rfp])
    db.session.flush()
    _add_areas(cohort, plan)
    _add_notice(rfp, plan)
    _add_form(rfp, plan, _add_rubric(rfp, plan))
    record("cohort.created", cohort, actor=actor, after={"number": new.number})
    begun = source.reference if source else "nothing" if empty else "sample plan"
    record("rfp.drafted", rfp, actor=actor, after={"from": begun})
    return rfp


def _add_areas(cohort: Cohort, plan: Plan) -> None:
    hosts = {host.name: host for host in db.session.scalars(select(HostOrganization))}
    for given in plan["hosts"]:
        if given["name"] not in hosts:
            hosts[given["name"]] = HostOrganization(name=given["name"], kind=HostKind(given["kind"]))
    for position, area in enumerate(plan["areas"], start=1):
        texts = {key: text for key, text in area.items() if key != "host"}
        db.session.add(ChallengeArea(cohort=cohort, position=position, host=hosts[area["host"]], **texts))


def _add_notice(rfp: Rfp, plan: Plan) -> None:
    kinds: list[tuple[type[Entity], str]] = [
        (RfpSection, "sections"),
        (EligibilityRule, "eligibility"),
        (InstallmentTemplate, "installments"),
        (DocumentSlot, "slots"),
    ]
    for kind, part in kinds:
        db.session.add_all(
            kind(rfp_id=rfp.id, position=place, **each) for place, each in enumerate(plan[part], start=1)
        )


def _add_rubric(rfp: Rfp, plan: Plan) -> dict[str, Criterion]:
    criteria = {
        criterion["title"]: Criterion(rfp_id=rfp.id, position=position, **criterion)
        for position, criterion in enumerate(plan["criteria"], start=1)
    }
    db.session.add_all(criteria.values())
    db.session.flush()
    return criteria


def _add_form(rfp: Rfp, plan: Plan, criteria: dict[str, Criterion]) -> None:
    made: dict[tuple[int, int], FormQuestion] = {}
    conditions = []
    for position, part in enumerate(plan["form"], start=1):
        section = FormSection(
            rfp_id=rfp.id,
            position=position,
            slug=part["slug"],
            title=part["title"],
            group=part["group"],
            criterion_id=criteria[part["criterion"]].id if part.get("criterion") else None,
        )
        db.session.add(section)
        db.session.flush()
        for place, given in enumerate(part["questions"], start=1):
            values = {key: value for key, value in given.items() if key not in ("kind", "show_if")}
            kind = QuestionKind(given["kind"])
            made[position, place] = FormQuestion(
                rfp_id=rfp.id, section_id=section.id, position=place, kind=kind, **values
            )
            if given.get("show_if"):
                conditions.append((made[position, place], given["show_if"]))
    db.session.add_all(made.values())
    db.session.flush()
    for question, condition in conditions:
        question.show_if_id = made[tuple(condition["question"])].id
        question.show_if_value = condition["answer"]
    db.session.flush()
