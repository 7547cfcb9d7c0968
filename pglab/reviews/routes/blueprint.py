"""The blueprint, and the header link for people who sit on a panel."""

from flask import Blueprint, g
from flask_security import current_user

from pglab.reviews import policy, queries

bp = Blueprint("reviews", __name__)
bp.add_app_template_filter(policy.one_decimal, "one_decimal")


def sits_on_a_panel() -> bool:
    """Whether the header shows “Review”. Asked once a request, and not at all for those who can never have a seat."""
    if not current_user.is_authenticated or not policy.may_ever_evaluate(current_user):
        return False
    asked = g.setdefault("sits_on_a_panel", {})
    if current_user.id not in asked:
        asked[current_user.id] = queries.has_seat(current_user)
    return bool(asked[current_user.id])
