"""Seats on the panel."""

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.reviews.models import PanelMember
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus


def is_seated(user: User) -> Exists:
    """The condition that the person sits on any panel."""
    return exists().where(PanelMember.user_id == user.id)


def has_seat(user: User) -> bool:
    """Whether the person sits on any panel."""
    return bool(db.session.scalar(select(is_seated(user))))


def has_standing_seat(user: User) -> bool:
    """Whether this human, under any account, sits on a panel whose decisions are still to come."""
    seats = select(PanelMember.id).join(User, PanelMember.user_id == User.id).join(Rfp, PanelMember.rfp_id == Rfp.id)
    open_calls = (Rfp.decided_at.is_(None), Rfp.status != RfpStatus.CANCELLED)
    return db.session.scalar(seats.where(User.person_id == user.person_id, *open_calls).limit(1)) is not None


def find_seat(rfp: Rfp, user: User, *, lock: bool = False) -> PanelMember | None:
    """The person's seat on this panel. `lock` makes everything that an evaluator does on two screens wait in line."""
    query = select(PanelMember).where(PanelMember.rfp_id == rfp.id, PanelMember.user_id == user.id)
    if lock:
        query = query.with_for_update(of=PanelMember).execution_options(populate_existing=True)
    return db.session.scalar(query)


def get_seat(cohort: int, *, viewer: User) -> PanelMember:
    """The viewer's own seat on the panel of a cohort; for everyone else there is nothing here."""
    seat = db.session.scalar(
        select(PanelMember)
        .join(PanelMember.rfp)
        .join(Rfp.cohort)
        .options(contains_eager(PanelMember.rfp).contains_eager(Rfp.cohort))
        .where(Cohort.number == cohort, PanelMember.user_id == viewer.id)
    )
    if seat is None:
        raise NotFoundError("You have no seat on a panel of this cohort.")
    return seat


def list_members(rfp: Rfp) -> list[PanelMember]:
    """The panel, in the order the seats were given."""
    return list(
        db.session.scalars(select(PanelMember).where(PanelMember.rfp_id == rfp.id).order_by(PanelMember.seated_at))
    )


def list_program_managers() -> list[User]:
    """Everyone who runs the program, by name."""
    return list(
        db.session.scalars(
            select(User)
            .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
            .where(StaffRoleGrant.role == StaffRole.PROGRAM_MANAGER, User.active)
            .order_by(User.name)
        )
    )
