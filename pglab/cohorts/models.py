"""Cohorts, their challenge areas, the bodies that host pilots, and the program's history before this site."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models import User
from pglab.cohorts.states import Confidence, Standing
from pglab.core.db import Entity, choice, one_of

# The history's key for "the City, department not stated": it stands for no department, so it cannot host a new pilot.
UNSTATED_HOST = "city_unspecified"
# A day, a month or a year, as far as the sources tell.
PARTIAL_DATES = ("opened", "meeting", "closed", "announced", "pilot_start", "pilot_end", "wrap_up")


class HostKind(StrEnum):
    """What sort of body hosts a pilot."""

    CITY = "city"
    AUTHORITY = "authority"
    COUNTY = "county"
    NONPROFIT = "nonprofit"


class HostOrganization(Entity):
    """A City department or authority that has problems to solve and hosts pilots. `key` is its name in the history;
    once a program manager changed it here, a load of the history leaves its name and kind alone."""

    __tablename__ = "host_organizations"
    __table_args__ = (CheckConstraint(one_of("kind", HostKind), name="kind_known"),)

    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[HostKind] = mapped_column(choice(HostKind), default=HostKind.CITY)
    key: Mapped[str | None] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    is_changed_here: Mapped[bool] = mapped_column(default=False)

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
    affected: Mapped[str] = mapped_column(Text, default="")
    success: Mapped[str] = mapped_column(Text)
    constraints: Mapped[str] = mapped_column(Text, default="")
    data_and_sites: Mapped[str] = mapped_column(Text, default="")
    host_id: Mapped[UUID] = mapped_column(ForeignKey("host_organizations.id"))
    champion_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)

    cohort: Mapped[Cohort] = relationship()
    host: Mapped[HostOrganization] = relationship(lazy="joined")
    champion: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.title


class HistoryEdition(Entity):
    """One loading of the history that changed something. The newest says what the pages show; earlier ones stay.

    `content` holds, as JSON, what belongs to no row: the sources and the totals as others printed them.
    """

    __tablename__ = "history_editions"
    __table_args__ = (CheckConstraint("number > 0", name="number_positive"),)

    number: Mapped[int] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    compiled_on: Mapped[date]
    content: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(default=func.official_now())

    def __str__(self) -> str:
        return f"History, edition {self.number}"


class PastCohort(Entity):
    """A cohort from before this site, as its sources tell of it. Null is "not known", and never a guess.

    Dates are text as exact as the sources: `2016-08-02`, `2016-07` or `2016`. Hosts and sources go by their keys.
    """

    __tablename__ = "past_cohorts"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 999", name="number_real"),
        CheckConstraint("months_min <= months_max", name="months_in_order"),
        *(
            CheckConstraint(f"{name} ~ '^[0-9]{{4}}(-[0-9]{{2}}){{0,2}}$'", name=f"{name}_date")
            for name in PARTIAL_DATES
        ),
    )

    number: Mapped[int] = mapped_column(unique=True)
    year: Mapped[int]
    opened: Mapped[str | None] = mapped_column(String(10))
    meeting: Mapped[str | None] = mapped_column(String(10))
    closed: Mapped[str | None] = mapped_column(String(10))
    announced: Mapped[str | None] = mapped_column(String(10))
    pilot_start: Mapped[str | None] = mapped_column(String(10))
    pilot_end: Mapped[str | None] = mapped_column(String(10))
    wrap_up: Mapped[str | None] = mapped_column(String(10))
    months_min: Mapped[int | None]
    months_max: Mapped[int | None]
    is_paid: Mapped[bool | None]
    stipend_cents: Mapped[int | None]
    applicants: Mapped[int | None]
    selected: Mapped[int | None]
    themes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    host_keys: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    committee: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    portal: Mapped[str | None] = mapped_column(String(200))
    portal_url: Mapped[str | None] = mapped_column(String(500))
    called: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    notes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    discrepancies: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("history_editions.id"))

    edition: Mapped[HistoryEdition] = relationship()

    def __str__(self) -> str:
        return f"Cohort {self.number}"


class Participation(Entity):
    """One company in one past cohort: with whom it worked, what was tried, what came of it, and who says so.

    Null is "not known". The address of a company is its `slug`, the same in every cohort it took part in.
    """

    __tablename__ = "participations"
    __table_args__ = (
        UniqueConstraint("past_cohort_id", "slug"),
        CheckConstraint(one_of("standing", Standing), name="standing_known"),
        CheckConstraint(one_of("confidence", Confidence), name="confidence_known"),
        CheckConstraint("cardinality(source_keys) > 0", name="sources_given"),
    )

    past_cohort_id: Mapped[UUID] = mapped_column(ForeignKey("past_cohorts.id"))
    slug: Mapped[str] = mapped_column(String(80), index=True)
    position: Mapped[int]
    company: Mapped[str] = mapped_column(String(200))
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    product: Mapped[str | None] = mapped_column(Text)
    tried: Mapped[str | None] = mapped_column(Text)
    host_keys: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    outcome: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    confidence: Mapped[Confidence] = mapped_column(choice(Confidence))
    source_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("history_editions.id"))

    cohort: Mapped[PastCohort] = relationship()
    edition: Mapped[HistoryEdition] = relationship()

    def __str__(self) -> str:
        return self.company
