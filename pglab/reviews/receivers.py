"""What the panel does, and has to say, when something happens to its proposals or to an account."""

from typing import Any

from pglab.accounts.models import StaffRole, User
from pglab.accounts.services import membership_asked_for, role_asked_for
from pglab.core.errors import RuleError
from pglab.proposals.services import proposals_opened
from pglab.reviews import notices, policy, queries
from pglab.rfps.models import Rfp


@role_asked_for.connect
def keep_evaluators_apart(user: User, *, role: StaffRole, **_rest: Any) -> None:
    """Who scores proposals is given no role that decides on the scores or never sees content, until it is decided."""
    if role in policy.NEVER_EVALUATORS and queries.has_standing_seat(user):
        raise RuleError(
            f"{user.name} sits on a panel that has not decided yet, so they can’t have the role {role.spoken}.",
            "role",
        )


@proposals_opened.connect
def ask_for_declarations(rfp: Rfp, **_rest: Any) -> None:
    """Once the proposals are opened every evaluator is asked to declare conflicts, in the same transaction."""
    notices.ask_for_declarations(rfp)


@membership_asked_for.connect
def keep_evaluators_from_startups(user: User, **_rest: Any) -> None:
    """Who scores proposals joins no startup's team until the decisions are made."""
    if queries.has_standing_seat(user):
        raise RuleError("You sit on a panel that has not decided yet, so you can’t act for a startup.")
