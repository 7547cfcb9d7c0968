"""The blueprint of pilots, and what the City's people need before they enter a workspace."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts.session import me
from pglab.pilots import queries
from pglab.web.security import has_second_factor

bp = Blueprint("pilots", __name__)


@bp.before_request
def city_work_needs_a_second_factor() -> ResponseReturnValue | None:
    """Startups share the workspace with City people, of whom a second factor is asked as everywhere else."""
    if not request.path.startswith("/workspace") or not current_user.is_authenticated or has_second_factor():
        return None
    if me().is_staff or queries.hosts_pilots(me()):
        flash("City work needs a second step at sign-in. Set it up first; it takes two minutes.", "info")
        return redirect(url_for("accounts.second_factor"), 303)
    return None
