"""Pages that say the same to everyone: help, what the City owes its visitors in writing, and whether the site works."""

from typing import NamedTuple

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin  # type: ignore[import-untyped]  # Flask-Login ships no types

from pglab.admin.queries import list_checks
from pglab.core.clock import machine_now, official_now
from pglab.core.errors import NotFoundError
from pglab.outages.queries import list_recent
from pglab.public.routes.blueprint import bp
from pglab.web.security import public, public_page


class Topic(NamedTuple):
    """A part of the help, and the template with its questions and answers."""

    title: str
    template: str


TOPICS = {
    "applying": Topic("Applying", "public/help/applying.html"),
    "after-you-apply": Topic("After you apply", "public/help/after-you-apply.html"),
    "signing-in": Topic("Signing in", "public/help/signing-in.html"),
}


@bp.get("/help")
@public_page
def help_page() -> ResponseReturnValue:
    """Short answers to what people ask most."""
    return render_template("public/help.html", topics=TOPICS, only=None)


@bp.get("/help/<slug>")
@public_page
def help_topic(slug: str) -> ResponseReturnValue:
    """The answers on one topic."""
    if slug not in TOPICS:
        raise NotFoundError("There is no help on this topic.")
    return render_template("public/help.html", topics=TOPICS, only=slug)


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
    """Whether the parts of this site answer, asked at this very request (503 when one does not), and the outages of
    the past 90 days."""
    checks, now = list_checks(), machine_now()
    database = checks[0].passed
    if not database:
        g._login_user = AnonymousUserMixin()  # the header would ask the database who is at the screen
    outages = list_recent(official_now()) if database else None
    page = render_template("public/status.html", checks=checks, outages=outages, now=now)
    return page, 200 if all(check.passed for check in checks) else 503
