"""News: public from its moment on, newest first, never changed, and gone when a call is cancelled before it shows."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.queries import find_news, list_news
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from tests.factories.rfps import make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")
LATER = timedelta(days=2)


def tell(cohort: Cohort, kind: NewsKind, title: str, in_: timedelta | None = None) -> NewsItem:
    with transaction():
        visible_at = official_now() + in_ if in_ else None
        return announce(kind, cohort, title=title, summary="What changed.", path="/cohorts/12", visible_at=visible_at)


def test_publication_is_news():
    rfp = make_open_rfp()

    [item] = list_news(rfp.cohort, official_now())

    assert (item.kind, item.path) == (NewsKind.CALL, "/cohorts/12")
    assert item.title.startswith("PGH Lab Cohort 12 is open: apply by ")


def test_news_shows_from_its_moment_on_and_says_when_that_is():
    cohort = make_open_rfp().cohort
    tell(cohort, NewsKind.ADDENDUM, "Addendum 1")
    coming = tell(cohort, NewsKind.SESSION, "Information session", LATER)
    now = official_now()

    shown = find_news(cohort, now)

    assert [item.title[:10] for item in shown.items] == ["Addendum 1", "PGH Lab Co"]
    assert [at for at in shown.changes if at > now] == [coming.visible_at]
    assert list_news(cohort, coming.visible_at)[0] == coming


def test_a_time_that_has_passed_means_now():
    item = tell(make_open_rfp().cohort, NewsKind.ANSWERS, "An answer", timedelta(days=-3))
    assert item.visible_at == item.announced_at


def test_a_call_cancelled_before_it_shows_is_no_news():
    cohort = make_open_rfp().cohort
    session = tell(cohort, NewsKind.SESSION, "Information session", LATER)
    tell(cohort, NewsKind.CANCELLED, "Cohort 12 is cancelled")

    titles = [item.title for item in list_news(cohort, session.visible_at + LATER)]

    assert "Information session" not in titles
    assert len(titles) == 2, "what was public before stays"


def test_a_cancellation_before_the_publication_date_is_the_only_news_then():
    cohort = make_open_rfp().cohort
    for kind, title in ((NewsKind.SESSION, "Information session"), (NewsKind.CANCELLED, "Cohort 12 is cancelled")):
        item = tell(cohort, kind, title, LATER)

    assert [item.title for item in list_news(cohort, item.visible_at)][:-1] == ["Cohort 12 is cancelled"]


def test_news_of_another_cohort_stays_there():
    twelve, thirteen = make_open_rfp(12).cohort, make_open_rfp(13).cohort
    tell(thirteen, NewsKind.ADDENDUM, "Addendum 1")
    assert [item.kind for item in list_news(twelve, official_now())] == [NewsKind.CALL]


@pytest.mark.parametrize("change", ["UPDATE news_items SET title = 'x'", "DELETE FROM news_items"])
def test_nobody_changes_or_removes_what_was_announced(change: str):
    make_open_rfp()
    with pytest.raises(DBAPIError):
        db.session.execute(text(change))


@pytest.mark.parametrize("path", ["https://elsewhere.example", "//elsewhere.example", "/cohorts/12 x", ""])
def test_news_leads_to_a_page_of_this_site(path: str):
    cohort = make_open_rfp().cohort
    with pytest.raises(IntegrityError, match="path_on_this_site"), transaction():
        announce(NewsKind.ADDENDUM, cohort, title="Addendum 1", summary="", path=path)
