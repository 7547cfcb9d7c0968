"""Cohorts, their challenge areas, and the City organizations that host pilots."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.core.db import Entity, choice, one_of


class HostKind(StrEnum):
    """What sort of body hosts a pilot."""

    CITY = "city"
    AUTHORITY = "authority"
    COUNTY = "county"
    NONPROFIT = "nonprofit"


class HostOrganization(Entity):
    """A City department or authority that has problems to solve and hosts pilots."""

    __tablename__ = "host_organizations"
    __table_args__ = (CheckConstraint(one_of("kind", HostKind), name="kind_known"),)

    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[HostKind] = mapped_column(choice(HostKind), default=HostKind.CITY)

    def __str__(self) -> str:
        return self.name


class Cohort(Entity):
    """One round of the program, with the money set aside for it."""

    __tablename__ = "cohorts"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 999", name="number_real"),
        CheckConstraint("pilot_start_on < pilot_end_on", name="pilot_dates_in_order"),
        CheckConstraint("budget_cents > 0", name="budget_positive"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    headline: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    pilot_start_on: Mapped[date]
    pilot_end_on: Mapped[date]
    budget_cents: Mapped[int]
    is_sample: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return f"Cohort {self.number}"


class ChallengeArea(Entity):
    """A City problem that startups are asked to help solve in one cohort."""

    __tablename__ = "challenge_areas"
    __table_args__ = (UniqueConstraint("cohort_id", "slug"), UniqueConstraint("cohort_id", "position"))

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    teaser: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str] = mapped_column(Text)
    success: Mapped[str] = mapped_column(Text)
    constraints: Mapped[str] = mapped_column(Text, default="")
    host_id: Mapped[UUID] = mapped_column(ForeignKey("host_organizations.id"))
    champion_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)

    cohort: Mapped[Cohort] = relationship()
    host: Mapped[HostOrganization] = relationship(lazy="joined")
    champion: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.title
