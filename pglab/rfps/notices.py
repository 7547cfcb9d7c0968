"""Who is told what about an RFP being prepared and published."""

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.adapters.mailer import current_mailer
from pglab.core.db import db
from pglab.outbox.services import owe
from pglab.rfps import policy, queries
from pglab.rfps.models import Rfp
from pglab.web.filters import et_long


def tell_review_asked(rfp: Rfp, preparer: User) -> None:
    """Whoever could be the second person learns that a publication waits."""
    for person in publishers():
        if person.person_id != preparer.person_id:
            owe(
                "publication_asked",
                person,
                subject=f"Action needed: publish {rfp.reference}",
                template="rfps/review_asked",
                about=rfp,
                rfp=rfp,
                preparer=preparer.name,
            )


def tell_returned(rfp: Rfp, reason: str) -> None:
    """The preparer learns what has to change."""
    owe(
        "publication_returned",
        preparer_of(rfp),
        subject=f"Returned: {rfp.reference}",
        template="rfps/returned",
        about=rfp,
        rfp=rfp,
        reason=reason,
    )


def tell_published(rfp: Rfp) -> None:
    """The preparer learns that the RFP is published."""
    owe(
        "rfp_published",
        preparer_of(rfp),
        subject=f"{rfp.reference} is published",
        template="rfps/published",
        about=rfp,
        rfp=rfp,
        visible_from=et_long(rfp.publish_at),
        deadline=et_long(rfp.closes_at),
    )


def preparer_of(rfp: Rfp) -> User:
    """Who prepared the RFP."""
    return db.session.get_one(User, rfp.prepared_by_id)


def publishers() -> list[User]:
    """Everyone who may be the second person of a publication."""
    query = (
        select(User)
        .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
        .where(StaffRoleGrant.role.in_([StaffRole(role) for role in policy.PUBLISHERS]), User.active)
    )
    return list(db.session.scalars(query.distinct()))


def deadline_calendar(rfp: Rfp) -> str:
    """The deadline as a calendar file for mails that tell of it: where it is known already, it is corrected."""
    mailer = current_mailer()
    version = queries.latest_version(rfp.id)
    return queries.write_deadline(rfp, version, base_url=mailer.settings.base_url, organizer=mailer.address)
