"""The blueprint of reviews."""

from flask import Blueprint

from pglab.reviews import policy

bp = Blueprint("reviews", __name__)
bp.add_app_template_filter(policy.one_decimal, "one_decimal")
