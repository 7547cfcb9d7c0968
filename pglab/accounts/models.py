"""Accounts, staff roles, organizations and who belongs to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.core.db import Base, Entity, choice, one_of
from pglab.core.ids import uuid7


class StaffRole(StrEnum):
    """What a City employee may do, across all cohorts."""

    PROGRAM_MANAGER = "program_manager"
    DIRECTOR = "director"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def spoken(self) -> str:
        """The role as it is said in a sentence."""
        return {"finance": "finance officer", "admin": "administrator"}.get(self.value, self.value.replace("_", " "))


class MemberRole(StrEnum):
    """What a member may do for the organization: only a representative submits, accepts and signs."""

    REPRESENTATIVE = "representative"
    EDITOR = "editor"
    VIEWER = "viewer"


class StaffRoleGrant(Base):
    """One staff role of one person, and who gave it. Nobody grants to themselves."""

    __tablename__ = "staff_roles"
    __table_args__ = (
        CheckConstraint(one_of("role", StaffRole), name="role_known"),
        CheckConstraint("granted_by_id IS NULL OR granted_by_id <> user_id", name="not_to_oneself"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[StaffRole] = mapped_column(choice(StaffRole), primary_key=True)
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def name(self) -> str:
        return self.role.value

    def get_permissions(self) -> set[str]:
        """Flask-Security asks; what a role may do is said by each domain's policy."""
        return set()


class User(Entity, UserMixin):  # type: ignore[misc]  # Flask-Security calls any id an int
    """One account. Two accounts of one human share a `person_id`, and rules about two people look at that."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email_key = lower(email_key)", name="email_key_folded"),
        CheckConstraint("length(name) > 0", name="name_given"),
    )

    person_id: Mapped[UUID] = mapped_column(default=uuid7, index=True)
    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    create_datetime: Mapped[datetime] = mapped_column(server_default=func.now())
    update_datetime: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    totp_counter: Mapped[int | None]

    roles: Mapped[list[StaffRoleGrant]] = relationship(  # type: ignore[assignment]  # a grant is our kind of role
        foreign_keys=[StaffRoleGrant.user_id],
        lazy="selectin",
        order_by=StaffRoleGrant.role,
        cascade="all, delete-orphan",
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", lazy="selectin", order_by="Membership.joined_at"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def staff_roles(self) -> frozenset[StaffRole]:
        """The staff roles this person holds."""
        return frozenset(grant.role for grant in self.roles)

    def has_staff_role(self, *roles: StaffRole) -> bool:
        """Whether the person holds any of these roles."""
        return not self.staff_roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    def role_in(self, organization_id: UUID) -> MemberRole | None:
        """What this person may do for the organization, None for outsiders."""
        return next((m.role for m in self.memberships if m.organization_id == organization_id), None)

    def get_security_payload(self) -> dict[str, Any]:
        """Nothing about a person leaves through Flask-Security's JSON answers."""
        return {}


class SignInTry(Entity):
    """One try at a password, a code or a mail form. `key` is a hash: no address is kept here. Removed after a day."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index("ix_sign_in_tries_key_at", "key", "at"),)

    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), index=True)


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
