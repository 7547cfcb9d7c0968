"""What reviews have to say about things that happen to accounts."""

from typing import Any

from pglab.accounts.models import StaffRole, User
from pglab.accounts.services import role_asked_for
from pglab.core.errors import RuleError
from pglab.reviews import policy, queries


@role_asked_for.connect
def keep_evaluators_apart(user: User, *, role: StaffRole, **_rest: Any) -> None:
    """Who scores proposals is given no role that decides on the scores or never sees content, until it is decided."""
    if role in policy.NEVER_EVALUATORS and queries.has_standing_seat(user):
        raise RuleError(
            f"{user.name} sits on a panel that has not decided yet, so they can’t have the role {role.spoken}.",
            "role",
        )
