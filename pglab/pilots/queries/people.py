"""The people around a pilot."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import joinedload, selectinload

from pglab.accounts.models import Membership, StaffRole, StaffRoleGrant, User
from pglab.accounts.queries import find_confirmed_user
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.pilots.models import Pilot


def list_members(organization_id: UUID) -> Sequence[User]:
    """Everyone who belongs to the organization, those who joined first leading."""
    return db.session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organization_id == organization_id, User.active)
        .options(selectinload(User.memberships))
        .order_by(Membership.joined_at)
    ).all()


def list_staff(*roles: StaffRole) -> Sequence[User]:
    """Active City people who hold any of these roles, by name."""
    holds = exists().where(StaffRoleGrant.user_id == User.id, StaffRoleGrant.role.in_(roles))
    found = select(User).where(User.active, holds).options(joinedload(User.roles)).order_by(User.name, User.id)
    return db.session.scalars(found).unique().all()


def hosts_pilots(user: User) -> bool:
    """Whether the person is the champion of any pilot."""
    return bool(db.session.scalar(select(exists().where(Pilot.champion_id == user.id))))


def takes_part(user: User) -> Exists:
    """The condition that the person hosts a pilot or belongs to a startup that has one."""
    theirs = select(Membership.organization_id).where(Membership.user_id == user.id)
    return exists().where((Pilot.champion_id == user.id) | Pilot.organization_id.in_(theirs))


def get_champion(email: str) -> User:
    """The person with this address, to host a pilot; RuleError beside `champion` when nobody has an account with it."""
    found = find_confirmed_user(email)
    if found is None:
        raise RuleError("Nobody has an account with this address. Ask the champion to sign up first.", "champion")
    return found
