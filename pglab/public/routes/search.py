"""Search over everything public, one page of results by kind."""

from functools import cache

from flask import render_template
from flask.typing import ResponseReturnValue
from jinja2.filters import do_striptags

from pglab.public import queries
from pglab.public.forms import SearchForm
from pglab.public.queries import SiteText
from pglab.public.routes.blueprint import bp
from pglab.public.routes.plain import TOPICS
from pglab.web.security import public_page

PAGES = (
    SiteText("Contact us", "Email, phone, office, and a form to write to the program.", "/contact"),
    SiteText(
        "Accessibility",
        "The standard this site meets, known gaps, how to report a barrier, alternative formats, disability, ADA.",
        "/accessibility",
    ),
    SiteText("Privacy", "What we keep about people, why, and for how long. Cookies, personal data, logs.", "/privacy"),
    SiteText("Terms of use", "The conditions for using this site and your account.", "/terms"),
    SiteText(
        "Public records",
        "What becomes public and when, trade secrets, confidential files, Right-to-Know requests.",
        "/public-records",
    ),
    SiteText("Status", "Whether the site works now, and past outages.", "/status"),
    SiteText("Transparency", "Numbers of every cohort, money promised and paid, open data.", "/transparency"),
    SiteText("Pilots", "What the City tried with startups, where, and what came of it.", "/pilots"),
    SiteText("Alumni", "The companies that have tested their products with the City.", "/alumni"),
)


@bp.get("/search")
@public_page
def search() -> ResponseReturnValue:
    """What was asked, and where it stands."""
    form = SearchForm()
    form.validate()
    words = "" if form.errors else form.q.data
    found = queries.search(words, site_texts()) if words else None
    return render_template("public/search.html", form=form, asked=words, found=found), 422 if form.problems else 200


@cache
def site_texts() -> tuple[SiteText, ...]:
    """The site's own pages: help in full, the others by what they are about."""
    drawn = {slug: render_template(topic.template, answer=spoken) for slug, topic in TOPICS.items()}
    helps = (SiteText(f"Help: {TOPICS[slug].title}", do_striptags(drawn[slug]), f"/help/{slug}") for slug in drawn)
    return (*helps, *PAGES)


def spoken(question: str, caller: object) -> str:
    """A question and its answer as plain words."""
    return f"{question} {caller()}"  # type: ignore[operator]  # Jinja hands over what it draws inside the block
