"""Agreements, pilots, milestones and what startups hand in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import Organization, User
from pglab.awards.models import Decision
from pglab.cohorts.models import Cohort, HostOrganization
from pglab.core.db import Entity, choice, one_of
from pglab.documents.models import Document
from pglab.pilots.states import AgreementStatus, MilestoneStatus, Verdict


class Pilot(Entity):
    """One startup's six months inside a City department."""

    __tablename__ = "pilots"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 99", name="number_real"),
        CheckConstraint("starts_on < ends_on", name="dates_in_order"),
    )

    reference: Mapped[str] = mapped_column(String(20), unique=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    number: Mapped[int]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), unique=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    host_id: Mapped[UUID] = mapped_column(ForeignKey("host_organizations.id"))
    champion_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    cohort: Mapped[Cohort] = relationship(lazy="joined")
    decision: Mapped[Decision] = relationship()
    organization: Mapped[Organization] = relationship(lazy="joined")
    host: Mapped[HostOrganization] = relationship(lazy="joined")
    champion: Mapped[User] = relationship()
    agreement: Mapped["Agreement"] = relationship(back_populates="pilot")

    def __str__(self) -> str:
        return self.reference


class Agreement(Entity):
    """The City contract behind a pilot. Nothing is paid before it is executed (countersigned by the Controller)."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint(one_of("status", AgreementStatus), name="status_known"),
        CheckConstraint("(status = 'executed') = (executed_on IS NOT NULL)", name="executed_on_known"),
        CheckConstraint("(status = 'executed') = (contract_number IS NOT NULL)", name="contract_number_known"),
    )

    reference: Mapped[str] = mapped_column(String(20), unique=True)
    pilot_id: Mapped[UUID] = mapped_column(ForeignKey("pilots.id"), unique=True)
    status: Mapped[AgreementStatus] = mapped_column(choice(AgreementStatus), default=AgreementStatus.DRAFTED)
    amount_cents: Mapped[int]
    contract_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    executed_on: Mapped[date | None]

    pilot: Mapped[Pilot] = relationship(lazy="joined", back_populates="agreement")

    def __str__(self) -> str:
        return self.reference


class Milestone(Entity):
    """One agreed step of a pilot and what counts as done. “Late” is computed from `due_on`."""

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("pilot_id", "number"),
        CheckConstraint(one_of("status", MilestoneStatus), name="status_known"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    pilot_id: Mapped[UUID] = mapped_column(ForeignKey("pilots.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    done_when: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    status: Mapped[MilestoneStatus] = mapped_column(choice(MilestoneStatus), default=MilestoneStatus.NOT_STARTED)
    version: Mapped[int] = mapped_column(default=1)

    pilot: Mapped[Pilot] = relationship(lazy="joined")

    def __str__(self) -> str:
        return f"{self.pilot.reference} milestone {self.number}"


class DeliverableVersion(Entity):
    """What the startup handed in for a milestone: a note and a file, numbered, never changed."""

    __tablename__ = "deliverable_versions"
    __table_args__ = (
        UniqueConstraint("milestone_id", "number"),
        CheckConstraint("length(note) > 0", name="note_given"),
    )

    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), index=True)
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime]

    milestone: Mapped[Milestone] = relationship()
    document: Mapped[Document] = relationship(lazy="joined")
    submitted_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"{self.milestone} version {self.number}"


class Acceptance(Entity):
    """The champion's verdict on one version: accepted, or sent back with what must change. Never changed."""

    __tablename__ = "acceptances"
    __table_args__ = (
        CheckConstraint(one_of("verdict", Verdict), name="verdict_known"),
        CheckConstraint("verdict = 'accepted' OR length(note) > 0", name="changes_are_named"),
        Index("ix_acceptances_decided_by", "decided_by_id"),
    )

    deliverable_version_id: Mapped[UUID] = mapped_column(ForeignKey("deliverable_versions.id"), unique=True)
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]

    version: Mapped[DeliverableVersion] = relationship()
    decided_by: Mapped[User] = relationship()

    def __str__(self) -> str:
        return f"Verdict on {self.version}"
