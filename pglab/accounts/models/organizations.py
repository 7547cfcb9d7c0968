"""Startups and who belongs to them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
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


class Organization(Entity):
    """A startup, registered once. Nothing about its bank or its taxes is kept here."""

    __tablename__ = "organizations"
    __table_args__ = (
        UniqueConstraint("name_key"),
        CheckConstraint("length(legal_name) > 0", name="name_given"),
        CheckConstraint("founded_year IS NULL OR founded_year BETWEEN 1800 AND 2100", name="founded_year_real"),
        CheckConstraint("people IS NULL OR people > 0", name="people_positive"),
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
    registered_on: Mapped[date]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organization", order_by="Membership.joined_at"
    )

    def __str__(self) -> str:
        return self.legal_name


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
            postgresql_where=text("state = 'open'"),
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

    organization: Mapped[Organization] = relationship(lazy="joined")
    invited_by: Mapped[User] = relationship(lazy="joined")
