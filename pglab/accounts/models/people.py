"""Accounts and staff roles."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.core.db import Base, Entity, choice, one_of
from pglab.core.ids import uuid7

if TYPE_CHECKING:
    from pglab.accounts.models.organizations import MemberRole, Membership


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
        order_by=StaffRoleGrant.role,
        cascade="all, delete-orphan",
    )
    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", order_by="Membership.joined_at")

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

    def role_in(self, organization_id: UUID) -> "MemberRole | None":
        """What this person may do for the organization, None for outsiders."""
        return next((m.role for m in self.memberships if m.organization_id == organization_id), None)

    def get_security_payload(self) -> dict[str, Any]:
        """Nothing about a person leaves through Flask-Security's JSON answers."""
        return {}
