"""Who is paid, and whether they can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from pglab.accounts.models import Organization
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.payments.models import VendorVerification
from pglab.pilots.models import Pilot


@dataclass(frozen=True)
class Payee:
    """A startup with a pilot and its newest vendor details, confirmed or not."""

    organization: Organization
    vendor: VendorVerification | None
    now: datetime

    @property
    def state(self) -> tuple[str, str]:
        """Whether it can be paid, and the color of that word."""
        if self.vendor is None:
            return "Vendor number missing", "yellow"
        if self.vendor.confirmed_at is None:
            return "Waiting for a second person", "yellow"
        return ("On hold", "red") if self.vendor.hold_until > self.now else ("Verified", "green")


def list_payees(now: datetime) -> list[Payee]:
    """Every startup with a pilot, by name, in two statements."""
    organizations = db.session.scalars(
        select(Organization).where(Organization.id.in_(select(Pilot.organization_id))).order_by(Organization.legal_name)
    ).all()
    newest = {each.organization_id: each for each in db.session.scalars(_verifications())}
    return [Payee(organization, newest.get(organization.id), now) for organization in organizations]


def get_payee(organization_id: UUID, now: datetime) -> Payee:
    """One startup that has a pilot; any other is not a payee."""
    has_pilot = select(Pilot.organization_id)
    organization = db.session.scalar(
        select(Organization).where(Organization.id == organization_id, Organization.id.in_(has_pilot))
    )
    if organization is None:
        raise NotFoundError("There is no such payee.")
    return Payee(organization, next(iter(list_verifications(organization_id)), None), now)


def list_verifications(organization_id: UUID) -> Sequence[VendorVerification]:
    """All vendor details a startup ever had here, newest first."""
    query = _verifications().where(VendorVerification.organization_id == organization_id)
    return db.session.scalars(query.order_by(None).order_by(VendorVerification.number.desc())).all()


def _verifications() -> Select[VendorVerification]:
    people = [joinedload(VendorVerification.entered_by), joinedload(VendorVerification.confirmed_by)]
    return select(VendorVerification).options(*people).order_by(VendorVerification.number)
