"""What the City's people learn of an opening."""

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.core.db import db
from pglab.outbox.services import owe
from pglab.proposals import policy
from pglab.proposals.models import Opening


def tell_opening_asked(opening: Opening) -> None:
    """Whoever could be the second person learns that the opening waits for them."""
    others = db.session.scalars(
        select(User)
        .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
        .where(
            StaffRoleGrant.role.in_([StaffRole(role) for role in policy.OPENERS]),
            User.person_id != opening.asked_by.person_id,
            User.active,
        )
        .distinct()
    )
    for person in others:
        owe(
            "opening_asked",
            person,
            subject=f"Action needed: open the proposals of {opening.rfp.reference}",
            template="proposals/opening_asked",
            about=opening.rfp,
            opening=opening,
        )
