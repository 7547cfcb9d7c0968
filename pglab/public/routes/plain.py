"""Pages that say the same to everyone: help, contact, and what the City owes its visitors in writing."""

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]  # Flask-Login ships no types

from pglab.admin.queries import list_checks
from pglab.core.clock import machine_now
from pglab.public.routes.blueprint import bp
from pglab.web.security import public, public_page


@bp.get("/help")
@public_page
def help_page() -> ResponseReturnValue:
    """Short answers to what people ask most."""
    return render_template("public/help.html")


@bp.get("/contact")
@public_page
def contact() -> ResponseReturnValue:
    """How to reach the program."""
    return render_template("public/contact.html")


@bp.get("/accessibility")
@public_page
def accessibility() -> ResponseReturnValue:
    """The standard met, known gaps, and how to report a barrier."""
    return render_template("public/accessibility.html")


@bp.get("/privacy")
@public_page
def privacy() -> ResponseReturnValue:
    """What is kept about people, why, and for how long."""
    return render_template("public/privacy.html")


@bp.get("/terms")
@public_page
def terms() -> ResponseReturnValue:
    """The conditions of use."""
    return render_template("public/terms.html")


@bp.get("/public-records")
@public_page
def public_records() -> ResponseReturnValue:
    """What becomes public, and when."""
    return render_template("public/public_records.html")


@bp.get("/status")
@public
def status() -> ResponseReturnValue:
    """Whether the parts of this site answer, asked at this very request; 503 when one does not."""
    checks = list_checks()
    if not all(check.passed for check in checks if check.name == "database"):
        g._login_user = AnonymousUserMixin()  # the header would ask the database who is at the screen
    page = render_template("public/status.html", checks=checks, now=machine_now())
    return page, 200 if all(check.passed for check in checks) else 503
