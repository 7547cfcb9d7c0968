"""Accepted awards, pilots and milestones. What happened before the award is written row by row, in a valid order."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from flask import current_app
from sqlalchemy import select

from pglab.accounts.models import Organization, User
from pglab.awards.models import Decision, Release
from pglab.awards.states import DecisionStatus, Outcome
from pglab.cohorts.models import ChallengeArea, Cohort, HostOrganization
from pglab.core.canonical import sha256_hex
from pglab.core.clock import eastern_today, official_now
from pglab.core.db import db, transaction
from pglab.core.ids import uuid7
from pglab.documents.models import Document, DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.pilots import services
from pglab.pilots.models import Agreement, DeliverableVersion, Milestone, Pilot
from pglab.pilots.states import MILESTONE_WORKFLOW, MilestoneEvent
from pglab.proposals.models import Opening, Proposal
from pglab.rfps.models import Criterion, InstallmentTemplate, Rfp, RfpVersion
from pglab.rfps.states import RfpStatus
from tests.factories import keep
from tests.factories.accounts import make_organization, make_program_manager, make_user
from tests.support.databases import OfficialClock

PARTS = (6_250_00, 15_000_00, 3_750_00)
_numbers = count(1)


@dataclass
class City:
    """A decided cohort: its RFP, where pilots are hosted, and the two people who decided."""

    rfp: Rfp
    area: ChallengeArea
    manager: User
    second: User
    champion: User


def make_city(number: int = 12, *, parts: tuple[int, ...] = PARTS, awards: int = 4, proposals: int = 19) -> City:
    """A cohort whose proposals were opened and decided; its RFP promises `parts` (cents)."""
    manager, second, champion = make_program_manager(), make_program_manager("Second Manager"), make_user("Mona Abara")
    cohort = Cohort(
        number=number,
        headline="Test your product with the City",
        summary="Six months in a department.",
        pilot_start_on=eastern_today() + timedelta(days=7),
        pilot_end_on=eastern_today() + timedelta(days=187),
        budget_cents=sum(parts) * awards,
    )
    host = HostOrganization(name=f"Mobility and Infrastructure {next(_numbers)}")
    keep(cohort, host)
    area = ChallengeArea(
        cohort=cohort, position=1, slug="curbs", title="Safer curbs", teaser="Curbs.", problem="Cars block curbs.",
        success="Fewer blocked curbs.", host=host, champion=champion,
    )  # fmt: skip  # one row
    keep(area)
    city = City(make_draft_rfp(cohort, parts, awards, manager), area, manager, second, champion)
    decide(city, proposals)
    return city


def make_draft_rfp(cohort: Cohort, parts: tuple[int, ...], awards: int, manager: User) -> Rfp:
    """A draft with what its pilots need; `decide` brings it through publication, opening and release."""
    now = official_now()
    rfp = Rfp(
        cohort=cohort,
        reference=f"RFP-{cohort.number}",
        publish_at=now - timedelta(days=60),
        questions_due_at=now - timedelta(days=40),
        answers_due_at=now - timedelta(days=39),
        closes_at=now + timedelta(seconds=5),
        scores_due_at=now + timedelta(days=1),
        decision_on=(now + timedelta(days=2)).date(),
        stipend_cents=sum(parts),
        award_count=awards,
        prepared_by_id=manager.id,
    )
    keep(rfp)
    keep(
        Criterion(rfp_id=rfp.id, position=1, title="Impact", question="Who notices?", weight=100, anchors=["x"] * 6),
        *(
            InstallmentTemplate(
                rfp_id=rfp.id, position=place, milestone=f"Step {place}", done_when=f"Step {place} is shown.",
                due_after_days=30 * place, amount_cents=cents,
            )
            for place, cents in enumerate(parts, start=1)
        ),
        RfpVersion(rfp_id=rfp.id, number=1, made_at=now, snapshot="{}", sha256="0" * 64),
    )  # fmt: skip  # one row each
    return rfp


def decide(city: City, proposals: int) -> None:
    """Publish, let the deadline pass, open and release: each by two people, in the order the database demands."""
    rfp, people = city.rfp, {"asked_by_id": city.manager.id, "asked_at": official_now()}
    rfp.status, rfp.published_by_id = RfpStatus.PUBLISHED, city.second.id
    opening = Opening(rfp_id=rfp.id, closes_at=rfp.closes_at, **people)
    release = Release(rfp_id=rfp.id, sha256="0" * 64, **people)
    keep(rfp, opening, release)
    OfficialClock(current_app.config["SETTINGS"]).advance(timedelta(seconds=6))
    now = official_now()
    opening.opened_by_id, opening.opened_at = city.second.id, now
    opening.merkle_root, opening.submissions = "0" * 64, proposals
    keep(opening)
    rfp.opened_at, rfp.opening_root, rfp.panel_opened_at, rfp.decided_at = now, "0" * 64, now, now
    release.released_by_id, release.released_at = city.second.id, now
    keep(rfp, release)


def make_accepted_award(city: City, organization: Organization | None = None) -> Decision:
    """An award of that cohort, accepted by the startup's representative."""
    organization = organization or make_organization(make_user("Dana Ruiz"))
    representative, now = organization.memberships[0].user, official_now()
    proposal = Proposal(
        reference=f"L{city.rfp.cohort.number}-{uuid7().hex[-4:].upper()}",
        rfp=city.rfp,
        organization=organization,
        challenge_area=city.area,
        started_by_id=representative.id,
        started_at=now,
    )
    keep(proposal)
    decision = Decision(
        proposal=proposal, outcome=Outcome.AWARD, rank="1", score="88", feedback="Good.",
        set_by_id=city.manager.id, set_at=now,
    )  # fmt: skip  # one row
    keep(decision)
    decision.status = DecisionStatus.RELEASED
    keep(decision)
    decision.status, decision.answered_by_id, decision.answered_at = DecisionStatus.ACCEPTED, representative.id, now
    keep(decision)
    return decision


def make_pilot(city: City | None = None, organization: Organization | None = None) -> Pilot:
    """A pilot that has just started: agreement drafted, nothing handed in."""
    city = city or make_city()
    award = make_accepted_award(city, organization)
    with transaction():
        return services.start_pilot(award, champion=city.champion, actor=city.manager)


def agreement_of(pilot: Pilot) -> Agreement:
    return db.session.scalars(select(Agreement).where(Agreement.pilot_id == pilot.id)).one()


def milestone_of(pilot: Pilot, number: int = 1) -> Milestone:
    query = select(Milestone).where(Milestone.pilot_id == pilot.id, Milestone.number == number)
    return db.session.scalars(query).one()


def execute(pilot: Pilot, *, actor: User, on: date | None = None) -> None:
    """The agreement is countersigned."""
    with transaction():
        services.execute_agreement(
            agreement_of(pilot),
            contract_number=f"C-{next(_numbers)}",
            executed_on=on or eastern_today() - timedelta(days=1),
            actor=actor,
        )


def hand_in(
    milestone: Milestone, *, note: str = "See page 2.", verdict: ScanVerdict | None = ScanVerdict.CLEAN
) -> DeliverableVersion:
    """A version handed in by the startup's first member; there are no bytes behind its file, judged with `verdict`."""
    key, member = uuid7().hex, milestone.pilot.organization.memberships[0].user
    document = Document(
        sha256=sha256_hex(key.encode()), size=1000, media_type="application/pdf", pages=3, filename="evidence.pdf",
        storage_key=key, uploaded_by_id=member.id,
    )  # fmt: skip  # one row
    keep(document)
    if verdict is not None:
        keep(DocumentScan(document_id=document.id, verdict=verdict))
        db.session.refresh(document)
    latest = select(DeliverableVersion).where(DeliverableVersion.milestone_id == milestone.id)
    version = DeliverableVersion(
        milestone=milestone,
        number=len(db.session.scalars(latest).all()) + 1,
        note=note,
        document=document,
        submitted_by=member,
        submitted_at=official_now(),
    )
    MILESTONE_WORKFLOW.fire(milestone, MilestoneEvent.SUBMIT)
    keep(version, milestone)
    return version


def accept(pilot: Pilot, number: int = 1) -> Milestone:
    """A milestone handed in and accepted by the champion."""
    milestone = milestone_of(pilot, number)
    version = hand_in(milestone)
    with transaction():
        services.accept_milestone(milestone, version=version.number, actor=pilot.champion)
    return milestone
