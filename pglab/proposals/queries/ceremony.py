"""What two people look at before they open: whether anything still speaks against it. Nothing of any proposal."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.addenda.queries import list_waiting
from pglab.audit.queries import verify_chain
from pglab.core.db import db
from pglab.outages.queries import list_recent
from pglab.proposals import policy
from pglab.proposals.models import Opening
from pglab.rfps.models import Rfp
from pglab.web.filters import et_long, et_seconds, listed, plural

# An outage that ended longer than this before the deadline kept nobody from submitting.
NEAR = timedelta(hours=24)


class Check(NamedTuple):
    """One line of the checklist: `met`, `look` (at it) or `missing`, the sentence, and where to go."""

    state: str
    sentence: str
    url: str | None = None


def check_opening(rfp: Rfp, opening: Opening | None, *, now: datetime) -> list[Check]:
    """The checklist of an opening that is not done yet; empty before the deadline and for a cancelled call."""
    if now <= rfp.closes_at or rfp.cancelled_at is not None:
        return []
    return [
        _deadline(rfp, opening),
        *_waiting(rfp),
        *_outages(rfp, now),
        _log(),
        _asked(rfp, opening),
        _second_person(opening),
    ]


def _deadline(rfp: Rfp, opening: Opening | None) -> Check:
    passed = f"The deadline passed {et_long(rfp.closes_at)}"
    if opening is not None and opening.closes_at != rfp.closes_at:
        return Check("missing", f"{passed}. It was moved since the opening was asked for, so somebody has to ask again")
    return Check("met", passed)


def _waiting(rfp: Rfp) -> list[Check]:
    found = [each for each in list_waiting() if each.cohort == rfp.cohort.number]
    if not found:
        return [Check("met", "No addendum, extension or cancellation of this call waits for a second person")]
    return [
        Check(
            "look", f"{each.what} of this call waits for a second person. After the opening it is too late", each.path
        )
        for each in found
    ]


def _outages(rfp: Rfp, now: datetime) -> list[Check]:
    """Outages that lay over the last day before the deadline: two people may still extend before the opening."""
    near = [
        each
        for each in list_recent(now)
        if each.started_at <= rfp.closes_at and (each.ended_at is None or each.ended_at > rfp.closes_at - NEAR)
    ]
    if not near:
        return [Check("met", "No outage is noted in the 24 hours before the deadline")]
    path = f"/manage/cohorts/{rfp.cohort.number}/deadline-extension"
    said = (
        f"{plural(len(near), 'outage')} in the 24 hours before the deadline. Decide whether to extend before you open"
    )
    return [Check("look", said, path)]


def _log() -> Check:
    proof = verify_chain()
    if proof.broken_at is None:
        return Check("met", "The audit log is whole")
    return Check(
        "missing", f"The audit log does not fit together from entry {proof.broken_at} on. Tell an administrator"
    )


def _asked(rfp: Rfp, opening: Opening | None) -> Check:
    if opening is None or opening.closes_at != rfp.closes_at:
        return Check("look", "The first person asks for the opening")
    return Check("met", f"{opening.asked_by.name} asked {et_seconds(opening.asked_at)}")


def _second_person(opening: Opening | None) -> Check:
    people = select(User).join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
    roles = [StaffRole(role) for role in policy.OPENERS]
    found = db.session.scalars(
        people.where(StaffRoleGrant.role.in_(roles), User.active).distinct().order_by(User.name, User.id)
    )
    names = [user.name for user in found if opening is None or policy.may_confirm_opening(user, opening)]
    if opening is None:
        return Check("look", "A second person opens")
    if not names:
        return Check("missing", "Nobody else can open. Another program manager or a director is needed")
    return Check("look", f"A second person opens: {listed(names, 'or')}")
