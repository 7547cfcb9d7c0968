"""Seats: who is on the panel, and who said yes to it."""

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.accounts.queries import lock_user
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.text import same_name_key
from pglab.reviews import notices, policy
from pglab.reviews.models import PanelMember
from pglab.reviews.services.stage import lock_rfp
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus


def seat_evaluator(rfp: Rfp, *, email: str, actor: User) -> PanelMember:
    """Give a person with a confirmed account a seat on the panel, from publication until the panel stage.

    Who decides on the scores or belongs to a startup gets none, and no human gets two. Effects: the seat, a log entry,
    the invitation (N21). The person still has to accept.
    """
    require(policy.may_run_panel(actor))
    call = lock_rfp(rfp, alone=True)
    if call.status is not RfpStatus.PUBLISHED:
        raise StateError("Seats are given once the RFP is published.")
    if call.panel_opened_at is not None:
        raise StateError("The panel stage has opened, so the panel is complete.")
    person = _find_person(email)
    if person is None:
        raise RuleError("No confirmed account has this email address. Ask the person to sign up first.", "email")
    lock_user(person)  # a City role given in the same moment is seen
    if not policy.may_ever_evaluate(person):
        raise RuleError(
            f"{person.name} can’t score: people who decide on the scores, keep the accounts or belong to a startup "
            "don’t sit on a panel.",
            "email",
        )
    if _seated_already(call, person):
        raise RuleError(f"{person.name} already has a seat on this panel.", "email")
    member = PanelMember(rfp=call, user=person, seated_by_id=actor.id, seated_at=official_now())
    db.session.add(member)
    record("evaluator.seated", member, actor=actor, after={"user": str(person.id)})
    notices.invite_evaluator(member)
    return member


def _find_person(email: str) -> User | None:
    return db.session.scalar(
        select(User).where(User.email_key == same_name_key(email), User.confirmed_at.is_not(None), User.active)
    )


def _seated_already(rfp: Rfp, person: User) -> bool:
    """Whether this human holds a seat, under this or another account of theirs."""
    query = (
        select(PanelMember)
        .join(User, PanelMember.user_id == User.id)
        .where(PanelMember.rfp_id == rfp.id, User.person_id == person.person_id)
    )
    return db.session.scalar(query) is not None


def accept_seat(member: PanelMember, *, actor: User) -> None:
    """The evaluator says yes to the seat; only then are there conflicts to declare."""
    require(actor.id == member.user_id, "Only the person who was invited can accept this seat.")
    if member.accepted_at is not None:
        raise StateError("You have already accepted this seat.")
    member.accepted_at = official_now()
    record("seat.accepted", member, actor=actor)
