"""What has changed in a cohort: a page for people, a feed for their readers."""

from collections.abc import Sequence

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from pglab.rfps import queries
from pglab.rfps.queries import Call
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.public import viewer
from pglab.rfps.routes.words import changes
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.queries import News, find_news, overtaken
from pglab.subscriptions.routes import atom
from pglab.subscriptions.states import NewsKind
from pglab.web.kept_pages import keep_until
from pglab.web.security import public_page


@bp.get("/cohorts/<int:cohort>/updates")
@public_page
def updates(cohort: int) -> ResponseReturnValue:
    """Everything announced about one cohort, newest first; `?since=` marks what is newer than the item named there."""
    call, news = call_with_news(cohort)
    new = newer_than(request.args.get("since", ""), news.items)
    return render_template(
        "rfps/updates.html",
        call=call,
        cohort=call.rfp.cohort,
        items=news.items,
        new=new,
        later=overtaken(news.items),
    )


@bp.get("/cohorts/<int:cohort>/updates.atom")
@public_page
def updates_feed(cohort: int) -> ResponseReturnValue:
    """Answers, addenda, dates and results of one cohort, for feed readers."""
    _, news = call_with_news(cohort)
    return atom(news, title=f"PGH Lab Cohort {cohort}: updates", page=f"/cohorts/{cohort}/updates")


@bp.get("/cohorts/<int:cohort>/questions.atom")
@public_page
def answers_feed(cohort: int) -> ResponseReturnValue:
    """Answers of one cohort as they are published and corrected, for feed readers."""
    return feed_of(cohort, "answers", f"/cohorts/{cohort}/questions", NewsKind.ANSWERS)


@bp.get("/cohorts/<int:cohort>/addenda.atom")
@public_page
def addenda_feed(cohort: int) -> ResponseReturnValue:
    """Official changes of one cohort, its deadline and a cancellation among them, for feed readers."""
    kinds = (NewsKind.ADDENDUM, NewsKind.DEADLINE, NewsKind.CANCELLED)
    return feed_of(cohort, "addenda", f"/cohorts/{cohort}/addenda", *kinds)


def feed_of(cohort: int, name: str, page: str, *kinds: NewsKind) -> Response:
    """The news of these kinds alone."""
    _, news = call_with_news(cohort)
    wanted = News([item for item in news.items if item.kind in kinds], news.changes)
    return atom(wanted, title=f"PGH Lab Cohort {cohort}: {name}", page=page)


def call_with_news(cohort: int) -> tuple[Call, News]:
    """A call the viewer may see, with its news; the page at hand holds until either reads differently."""
    call = queries.get_call(cohort, viewer=viewer())
    news = find_news(call.rfp.cohort, call.now)
    keep_until(call.now, [*changes(call.rfp, call.now), *news.changes])
    return call, news


def newer_than(seen: str, items: Sequence[NewsItem]) -> int:
    """How many of the items, newest first, came after the one with this id; none when there is no such item."""
    return next((place for place, item in enumerate(items) if str(item.id) == seen), 0)
