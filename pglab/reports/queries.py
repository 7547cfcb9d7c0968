"""Public totals. Nothing of a cohort shows before its moment: counts after the opening, awards after the release."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from pglab.accounts.models import Organization
from pglab.awards.models import Decision, Release
from pglab.awards.states import DecisionStatus, Outcome
from pglab.cohorts.models import ChallengeArea, Cohort, HostOrganization
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.payments.models import Disbursement, Installment, JournalEntry, PaymentRequest, Stipend
from pglab.pilots.models import Pilot
from pglab.proposals.models import Opening, Proposal
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus

STANDING = (DecisionStatus.RELEASED, DecisionStatus.ACCEPTED)


@dataclass(frozen=True)
class Figure:
    """One total: its value (None while it is not public yet), where it comes from, and as of when."""

    value: int | None
    source: str
    as_of: datetime | date | None


@dataclass(frozen=True)
class CohortTotals:
    """What is public about one cohort. Money is in cents."""

    cohort: Cohort
    proposals: Figure
    awarded: Figure
    committed: Figure
    paid: Figure


@dataclass(frozen=True)
class Award:
    """One award as the public reads it. Money is in cents."""

    startup: str
    challenge: str
    department: str
    amount: int
    paid: int


@dataclass(frozen=True)
class CohortAwards:
    """The results of a cohort; `released_at` is None until they are posted, then the list is complete."""

    rfp: Rfp
    released_at: datetime | None
    proposals: int | None
    awards: list[Award]


def get_cohort_awards(number: int, now: datetime) -> CohortAwards:
    """The results of a published cohort, or that its call was cancelled; one that is not public yet does not exist."""
    rfp = db.session.scalar(_shown(now, RfpStatus.PUBLISHED, RfpStatus.CANCELLED).where(Cohort.number == number))
    if rfp is None:
        raise NotFoundError(f"There is no cohort {number}.")
    released_at = db.session.scalar(select(Release.released_at).where(Release.rfp_id == rfp.id))
    received = db.session.scalar(select(Opening.submissions).where(Opening.rfp_id == rfp.id))
    awards = list_awards([rfp.id]).get(rfp.id, []) if released_at else []
    return CohortAwards(rfp, released_at, received if released_at else None, awards)


def _published(now: datetime) -> Select[Rfp]:
    return _shown(now, RfpStatus.PUBLISHED)


def _shown(now: datetime, *statuses: RfpStatus) -> Select[Rfp]:
    return (
        select(Rfp)
        .join(Cohort, Rfp.cohort_id == Cohort.id)
        .where(Rfp.status.in_(statuses), Rfp.publish_at <= now)
        .order_by(Cohort.number.desc())
    )


def list_awards(rfp_ids: Sequence[UUID]) -> dict[UUID, list[Award]]:
    """The awards of each RFP whose decisions are released, by startup; an award that was declined is left out."""
    paid = _paid_by(Pilot.decision_id)
    decisions = db.session.scalars(
        select(Decision)
        .join(Proposal, Decision.proposal_id == Proposal.id)
        .join(Release, Release.rfp_id == Proposal.rfp_id)
        .where(
            Proposal.rfp_id.in_(rfp_ids),
            Release.released_at.is_not(None),
            Decision.outcome == Outcome.AWARD,
            Decision.status.in_(STANDING),
        )
    )
    found: dict[UUID, list[Award]] = {}
    for decision in decisions:
        proposal = decision.proposal
        award = Award(
            startup=proposal.organization.legal_name,
            challenge=proposal.challenge_area.title,
            department=proposal.challenge_area.host.name,
            amount=proposal.rfp.stipend_cents,
            paid=paid.get(decision.id, (0, None))[0],
        )
        found.setdefault(proposal.rfp_id, []).append(award)
    return {rfp: sorted(awards, key=lambda award: award.startup.casefold()) for rfp, awards in found.items()}


def award_texts() -> Select[str, str, str, str]:
    """Kind, title, text and address of every award that is public, with its pilot, as the search reads them."""
    title = func.concat(Organization.legal_name, ", selected in Cohort ", Cohort.number)
    path = func.concat("/cohorts/", Cohort.number, "/awards")
    body = func.concat_ws(". ", Pilot.title, ChallengeArea.title, HostOrganization.name)
    told = select(literal("award").label("kind"), title.label("title"), body.label("body"), path.label("path"))
    return (
        told.select_from(Decision)
        .join(Proposal, Decision.proposal_id == Proposal.id)
        .join(Organization, Proposal.organization_id == Organization.id)
        .join(ChallengeArea, Proposal.challenge_area_id == ChallengeArea.id)
        .join(HostOrganization, ChallengeArea.host_id == HostOrganization.id)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .join(Cohort, Rfp.cohort_id == Cohort.id)
        .join(Release, Release.rfp_id == Rfp.id)
        .outerjoin(Pilot, Pilot.decision_id == Decision.id)
        .where(Release.released_at.is_not(None), Rfp.status == RfpStatus.PUBLISHED)
        .where(Decision.outcome == Outcome.AWARD, Decision.status.in_(STANDING))
    )


def list_all_awards(now: datetime) -> list[tuple[int, Award]]:
    """Every award that is public, with the number of its cohort, newest cohort first."""
    rfps = db.session.scalars(_published(now)).all()
    awards = list_awards([rfp.id for rfp in rfps])
    return [(rfp.cohort.number, award) for rfp in rfps for award in awards.get(rfp.id, [])]


def _paid_by(column: InstrumentedAttribute[UUID]) -> dict[UUID, tuple[int, date | None]]:
    """Cents paid and the last payment date, by a column of the pilot."""
    rows = db.session.execute(
        select(column, func.sum(Disbursement.amount_cents), func.max(Disbursement.paid_on))
        .select_from(Disbursement)
        .join(PaymentRequest, Disbursement.request_id == PaymentRequest.id)
        .join(Installment, PaymentRequest.installment_id == Installment.id)
        .join(Stipend, Installment.stipend_id == Stipend.id)
        .join(Pilot, Stipend.pilot_id == Pilot.id)
        .group_by(column)
    )
    return {key: (int(cents), last) for key, cents, last in rows}


def list_cohort_totals(now: datetime) -> list[CohortTotals]:
    """The public totals of every published cohort, newest first, in a constant number of statements."""
    rfps = db.session.scalars(_published(now)).all()
    openings = {each.rfp_id: each for each in db.session.scalars(select(Opening).where(Opening.opened_at.is_not(None)))}
    released = select(Release).where(Release.released_at.is_not(None))
    releases = {each.rfp_id: each for each in db.session.scalars(released)}
    awards = list_awards([rfp.id for rfp in rfps])
    committed, paid = _committed(), _paid_by(Pilot.cohort_id)
    totals = []
    for rfp in rfps:
        opening, release = openings.get(rfp.id), releases.get(rfp.id)
        promised, booked_at = committed.get(rfp.cohort_id, (0, None))
        cents, paid_on = paid.get(rfp.cohort_id, (0, None))
        totals.append(
            CohortTotals(
                cohort=rfp.cohort,
                proposals=Figure(
                    opening.submissions if opening else None,
                    "record of the opening of proposals",
                    opening.opened_at if opening else None,
                ),
                awarded=Figure(
                    len(awards.get(rfp.id, [])) if release else None,
                    "released decisions, without those a startup declined",
                    release.released_at if release else None,
                ),
                committed=Figure(promised, "stipends promised to pilots", booked_at or now),
                paid=Figure(cents, "payments made by the Controller", paid_on or now),
            )
        )
    return totals


def _committed() -> dict[UUID, tuple[int, datetime | None]]:
    """Cents promised and when the last promise was booked, by cohort."""
    booked = select(JournalEntry.stipend_id, func.min(JournalEntry.booked_at).label("at"))
    first = booked.group_by(JournalEntry.stipend_id).subquery()
    rows = db.session.execute(
        select(Pilot.cohort_id, func.sum(Stipend.amount_cents), func.max(first.c.at))
        .join(Stipend, Stipend.pilot_id == Pilot.id)
        .outerjoin(first, first.c.stipend_id == Stipend.id)
        .group_by(Pilot.cohort_id)
    )
    return {cohort: (int(cents), at) for cohort, cents, at in rows}
