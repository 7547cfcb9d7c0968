"""Startups and who belongs to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.accounts.models.people import User
from pglab.core.db import Entity, choice, one_of


class MemberRole(StrEnum):
    """What a member may do for the organization: only a representative submits, accepts and signs."""

    REPRESENTATIVE = "representative"
    EDITOR = "editor"
    VIEWER = "viewer"


class InvitationState(StrEnum):
    """What became of an invitation; an open one whose time has passed works no more either."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class JoinState(StrEnum):
    """What became of somebody's wish to join a team."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


OPEN = "state = 'open'"


class Owners(StrEnum):
    """Who owns most of a startup, in its own words. Optional, and never scored."""

    WOMEN = "women"
    MINORITY = "minority"
    VETERANS = "veterans"
    DISABILITY = "disability"
    LGBTQ = "lgbtq"
    WORKERS = "workers"


class Certification(StrEnum):
    """What somebody else has certified about a startup. Optional, and never scored."""

    MBE = "mbe"
    WBE = "wbe"
    DBE = "dbe"
    VBE = "vbe"
    SDVOSB = "sdvosb"
    LGBTBE = "lgbtbe"
    DOBE = "dobe"
    HUBZONE = "hubzone"
    BCORP = "bcorp"


def _among(column: str, words: type[StrEnum]) -> str:
    """The CHECK text that keeps a list inside the words of an enum."""
    return f"{column} <@ ARRAY[{', '.join(repr(word.value) for word in words)}]"


class Organization(Entity):
    """A startup, registered once. Nothing about its bank or its taxes is kept here."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("name_key"),
        CheckConstraint("length(legal_name) > 0", name="name_given"),
        CheckConstraint("founded_year IS NULL OR founded_year BETWEEN 1800 AND 2100", name="founded_year_real"),
        CheckConstraint("people IS NULL OR people > 0", name="people_positive"),
        Index("ix_organizations_domain_key", "domain_key"),
        CheckConstraint(_among("ownership", Owners), name="ownership_known"),
        CheckConstraint(_among("certifications", Certification), name="certifications_known"),
    )

    legal_name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400))
    registration_state: Mapped[str] = mapped_column(String(40))
    registration_number: Mapped[str] = mapped_column(String(40), default="")
    street: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(10))
    county: Mapped[str] = mapped_column(String(100))
    founded_year: Mapped[int | None]
    people: Mapped[int | None]
    website: Mapped[str] = mapped_column(String(300), default="")
    domain_key: Mapped[str] = mapped_column(String(300), default="", server_default="")
    ownership: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    certifications: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    registered_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organization", order_by="Membership.joined_at"
    )

    def __str__(self) -> str:
        return self.legal_name


class OrganizationVersion(Entity):
    """What an organization said about itself from one change to the next. Its own people alone see it."""

    __tablename__ = "organization_versions"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    number: Mapped[int]
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]

    changed_by: Mapped[User | None] = relationship(lazy="joined")


class Membership(Entity):
    """One person's part in one organization."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        CheckConstraint(one_of("role", MemberRole), name="role_known"),
        Index("ix_memberships_user_id", "user_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole))
    joined_at: Mapped[datetime] = mapped_column(server_default=func.now())

    organization: Mapped[Organization] = relationship(back_populates="memberships", lazy="joined")
    user: Mapped[User] = relationship(back_populates="memberships")

    def __str__(self) -> str:
        return f"{self.role.value} of {self.organization.legal_name}"


class JoinRequest(Entity):
    """Somebody who asks to act for an organization that is registered already; its representatives answer."""

    __tablename__ = "join_requests"
    __table_args__ = (
        CheckConstraint(one_of("state", JoinState), name="state_known"),
        CheckConstraint(
            "(state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name="answered_unless_open",
        ),
        Index("uq_join_requests_open", "organization_id", "user_id", unique=True, postgresql_where=text(OPEN)),
        Index("ix_join_requests_user_id", "user_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    state: Mapped[JoinState] = mapped_column(choice(JoinState), default=JoinState.OPEN)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship(lazy="joined")
    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="joined")


class Invitation(Entity):
    """Somebody asked to act for an organization, by the address of their mailbox; the link's token is kept hashed."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(one_of("role", MemberRole), name="role_known"),
        CheckConstraint(one_of("state", InvitationState), name="state_known"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_unless_open"),
        Index(
            "uq_invitations_open",
            "organization_id",
            "email_key",
            unique=True,
            postgresql_where=text(OPEN),
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(String(255))
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole))
    token_hash: Mapped[str] = mapped_column(String(64))
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[InvitationState] = mapped_column(choice(InvitationState), default=InvitationState.OPEN)
    answered_at: Mapped[datetime | None]
    asked_again_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship(lazy="joined")
    invited_by: Mapped[User] = relationship(lazy="joined")
