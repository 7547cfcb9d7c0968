"""Kept public pages are exact: over real commits, clocks and two server processes, no visitor is ever shown an old one.

Each rule is also broken on purpose, to see that the checks below would notice.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask import Flask

from config import Settings
from pglab.accounts.models import User
from pglab.app import create_app
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.rfps import services
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from pglab.web import kept_pages
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.rfps import make_open_rfp, new_cohort
from tests.support import databases
from tests.support.client import Client, client_for
from tests.support.statements import counting

pytestmark = pytest.mark.slow

PAGES = ["/", "/cohorts", "/cohorts/12", "/cohorts/12/rfp", "/cohorts/12/how-we-decide",
         "/cohorts/12/proposal-questions", "/cohorts/12/updates", "/cohorts/12/updates.atom", "/updates/calls.atom",
         "/cohorts/12.ics", "/help", "/privacy"]  # fmt: skip
UNKEPT = ["/pilots", "/transparency", "/cohorts/12/awards", "/cohorts/12?shared=1", "/search?q=x"]
CLOCK = kept_pages.clock_mark(datetime(2026, 1, 1, tzinfo=UTC)).partition(b'"')[0]


@pytest.fixture
def site() -> Iterator[tuple[Flask, Flask, databases.OfficialClock]]:
    """Two processes' worth of the product on one database in which commits are real; both keep pages."""
    with databases.copy_of(databases.empty_database(), databases.run_name("kept")) as own:
        first, second = (create_app(replace(own, keep_pages=True)) for _ in range(2))
        with first.app_context():
            yield first, second, databases.OfficialClock(own)
        for each in (first, second):
            databases.hang_up(each)
            each.extensions["page_stamp"].close()


def visitor(app: Flask) -> Client:
    return client_for(app)


def made(client: Client, path: str) -> bool:
    """Whether the application made this page now, rather than giving the one it had kept."""
    with counting() as statements:
        assert client.get(path).status_code == 200
    return bool(statements)


def without_clock(page: bytes) -> str:
    """A page but for the place that tells scripts the time, which moves on with each request."""
    head, *rest = page.split(CLOCK + b'"')
    return (head + b"".join(part.partition(b'"')[2] for part in rest)).decode()


def test_a_page_is_made_once_and_given_again_word_for_word(site: tuple[Flask, Flask, databases.OfficialClock]):
    app, _, clock = site
    make_open_rfp(12)
    clock.freeze(official_now())
    db.session.rollback()
    for path in PAGES:
        first, again, fresh = visitor(app).get(path), visitor(app).get(path), visitor(app).get(f"{path}?fresh=1")
        assert without_clock(first.data) == without_clock(again.data) == without_clock(fresh.data)
        assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
        assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
    assert not made(visitor(app), "/cohorts/12")


def test_the_files_of_a_call_cost_a_304_until_it_changes(site: tuple[Flask, Flask, databases.OfficialClock]):
    """And the phase they tell is never an old one."""
    app, _, clock = site
    closes_at = make_open_rfp(12).closes_at
    db.session.rollback()
    for path in ("/cohorts/12.ics", "/cohorts/12.json"):
        assert visitor(app).get(path).status_code == 200
        etag = visitor(app).get(path).headers["ETag"]
        assert visitor(app).get(path, headers={"If-None-Match": etag}).status_code == 304
        make_open_rfp(13 if path.endswith("ics") else 14)
        db.session.rollback()
        assert made(visitor(app), path)
    for at, phase in [(closes_at, "open"), (closes_at + timedelta(microseconds=1), "closed_sealed")]:
        clock.freeze(at)
        assert visitor(app).get("/cohorts/12.json").json["phase"] == phase


def test_a_change_committed_anywhere_shows_with_the_next_request_everywhere(
    site: tuple[Flask, Flask, databases.OfficialClock],
):
    """Published by one process, read by both: never the page from before."""
    app, other, _ = site
    preparer, publisher = make_program_manager(), make_director()
    make_open_rfp(11)
    for number in range(12, 18):
        assert all(f"Cohort {number}" not in visitor(each).get("/cohorts").text for each in (app, other))
        with transaction():
            rfp = services.create_cohort(new_cohort(number), actor=preparer)
        with transaction():
            services.send_for_review(rfp, actor=preparer)
        with transaction():
            services.publish_rfp(rfp, version=rfp.version, actor=publisher)
        assert all(f"Cohort {number}" in visitor(each).get("/cohorts").text for each in (app, other))


def test_what_is_not_committed_is_not_shown_and_does_not_spoil_what_is_kept(
    site: tuple[Flask, Flask, databases.OfficialClock],
):
    app, _, _ = site
    make_open_rfp(12)
    before = without_clock(visitor(app).get("/cohorts/12").data)
    with psycopg.connect(app.config["SETTINGS"].database_owner_url.replace("+psycopg", "")) as other:
        other.execute("UPDATE host_organizations SET name = name || ' and more'")
        assert not made(visitor(app), "/cohorts/12")
        assert without_clock(visitor(app).get("/cohorts/12").data) == before
        other.rollback()
    assert not made(visitor(app), "/cohorts/12")


def test_news_shows_at_its_instant_and_a_feed_is_not_sent_twice(site: tuple[Flask, Flask, databases.OfficialClock]):
    """Announced by one process for later, shown by both from then on; until then a reader gets 304."""
    app, other, clock = site
    cohort, later = make_open_rfp(12).cohort, official_now() + timedelta(hours=1)
    feeds = [(each, f"/cohorts/12/updates{ending}") for each in (app, other) for ending in ("", ".atom")]
    visitor(other).get("/cohorts/12/updates.atom")
    with transaction():
        path = "/cohorts/12/addenda/1"
        announce(NewsKind.ADDENDUM, cohort, title="Addendum 1", summary="", path=path, visible_at=later)
    for at, shown in [(later - timedelta(microseconds=1), False), (later, True), (later + timedelta(hours=1), True)]:
        clock.freeze(at)
        assert [("Addendum 1" in visitor(each).get(path).text) for each, path in feeds] == [shown] * 4
        etag = visitor(app).get("/cohorts/12/updates.atom").headers["ETag"]
        again = visitor(app).get("/cohorts/12/updates.atom", headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
    clock.reset()


def test_the_deadline_closes_the_page_at_its_very_microsecond(site: tuple[Flask, Flask, databases.OfficialClock]):
    app, _, clock = site
    closes_at = make_open_rfp(12).closes_at
    db.session.rollback()
    tick = timedelta(microseconds=1)
    for at, words in [
        (closes_at - timedelta(hours=5), "5 hours 0 minutes left"),
        (closes_at - timedelta(hours=5) + tick, "4 hours 59 minutes left"),
        (closes_at, "less than a minute left"),
        (closes_at + tick, "Proposals are closed"),
        (closes_at, "less than a minute left"),  # a clock put back, as in a drill
    ]:
        clock.freeze(at)
        page = visitor(app).get("/cohorts/12")
        assert words in page.text
        assert ("Start a proposal" in page.text) == (at <= closes_at)
        if at <= closes_at:
            assert kept_pages.clock_mark(at) in page.data
            assert page.headers["Server-Timing"] == f'now;desc="{kept_pages.milliseconds(at)}"'
    clock.reset()


def test_every_minute_of_the_last_days_reads_as_if_made_then(site: tuple[Flask, Flask, databases.OfficialClock]):
    """40 instants over the last three days and past the deadline: what is given equals what is made."""
    app, _, clock = site
    closes_at = make_open_rfp(12).closes_at
    db.session.rollback()
    for step in range(40):
        clock.freeze(closes_at - timedelta(days=3) + timedelta(minutes=step * 119, microseconds=step * 11919))
        for path in ("/", "/cohorts/12"):
            given = without_clock(visitor(app).get(path).data)
            assert given == without_clock(visitor(app).get(f"{path}?fresh=1").data)
    clock.reset()


def test_without_the_times_a_page_would_stay_open(
    site: tuple[Flask, Flask, databases.OfficialClock], monkeypatch: pytest.MonkeyPatch
):
    """The negative control: a page that says it never changes is given past the deadline, and the check sees it."""
    app, _, clock = site
    closes_at = make_open_rfp(12).closes_at
    db.session.rollback()
    monkeypatch.setattr("pglab.rfps.routes.public.changes", lambda _rfp, _now: [])
    clock.freeze(closes_at)
    visitor(app).get("/cohorts/12")
    clock.freeze(closes_at + timedelta(hours=1))
    assert "Start a proposal" in visitor(app).get("/cohorts/12").text
    clock.reset()


def test_without_the_stamp_an_old_page_would_be_given(
    site: tuple[Flask, Flask, databases.OfficialClock], settings: Settings
):
    """The negative control: with the trigger gone a new cohort stays unseen."""
    app, _, _ = site
    make_open_rfp(12)
    assert "Cohort 13" not in visitor(app).get("/cohorts").text
    name = app.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]
    with databases.superuser(name) as connection:
        for table in kept_pages.WATCHED:
            connection.execute(f"DROP TRIGGER watched ON {table}")
    make_open_rfp(13)
    assert "Cohort 13" not in visitor(app).get("/cohorts").text


def test_the_watched_tables_are_those_with_the_trigger(settings: Settings):
    with databases.superuser(settings.database_url.split("@/")[1].split("?")[0]) as connection:
        there = connection.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'watched'").fetchall()
    assert {str(row[0]) for row in there} == kept_pages.WATCHED


def test_a_page_made_from_an_unwatched_table_is_never_kept(
    site: tuple[Flask, Flask, databases.OfficialClock], monkeypatch: pytest.MonkeyPatch
):
    app, _, _ = site
    make_open_rfp(12)
    monkeypatch.setattr(kept_pages, "WATCHED", kept_pages.WATCHED - {"rfp_versions"})
    assert [made(visitor(app), "/cohorts/12") for _ in range(3)] == [True, True, True]


def test_the_signed_in_get_no_kept_page_and_leave_none(site: tuple[Flask, Flask, databases.OfficialClock]):
    app, _, _ = site
    make_open_rfp(12)
    person = make_program_manager("Priya Private")
    someone: User = db.session.merge(person)
    visitor(app).get("/cohorts/12")
    own = client_for(app).sign_in(someone).get("/cohorts/12")
    assert "Priya Private" in own.text
    assert own.headers["Cache-Control"] == "no-store"
    client_for(app).sign_in(someone).get("/privacy")
    assert all("Priya Private" not in visitor(app).get(path).text for path in PAGES)


def test_an_unchanged_page_is_not_sent_twice_and_tells_the_time_all_the_same(
    site: tuple[Flask, Flask, databases.OfficialClock],
):
    """The very first answer can be asked for again; a page that reads differently by now is sent whole."""
    app, _, clock = site
    closes_at = make_open_rfp(12).closes_at
    db.session.rollback()
    clock.freeze(closes_at - timedelta(hours=5, seconds=30))
    seen = {path: visitor(app).get(path).headers["ETag"] for path in PAGES}
    assert seen["/cohorts/12"].startswith("W/")
    later = closes_at - timedelta(hours=5, seconds=20)
    clock.freeze(later)
    for path, etag in seen.items():
        again = visitor(app).get(path, headers={"If-None-Match": etag}, check=False)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Server-Timing"] == f'now;desc="{kept_pages.milliseconds(later)}"'
    clock.freeze(closes_at - timedelta(hours=4))
    changed = visitor(app).get("/cohorts/12", headers={"If-None-Match": seen["/cohorts/12"]})
    assert (changed.status_code, "4 hours 0 minutes left" in changed.text) == (200, True)
    clock.reset()


def test_a_page_that_is_not_kept_is_not_sent_twice_either(site: tuple[Flask, Flask, databases.OfficialClock]):
    """And is sent whole once it reads differently; a HEAD names the same text as the GET."""
    app, other, clock = site
    closes_at = make_open_rfp(12).closes_at
    clock.freeze(official_now())
    db.session.rollback()
    seen = {path: visitor(app).get(path).headers["ETag"] for path in UNKEPT}
    for path, etag in seen.items():
        for each in (app, other):
            again = visitor(each).get(path, headers={"If-None-Match": etag}, check=False)
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
            assert visitor(each).head(path, check=False).headers["ETag"] == etag
    clock.freeze(closes_at + timedelta(days=1))
    for path in ("/transparency", "/cohorts/12?shared=1"):
        changed = visitor(app).get(path, headers={"If-None-Match": seen[path]}, check=False)
        assert (changed.status_code, changed.headers["ETag"] == seen[path]) == (200, False)
    clock.reset()


def test_a_host_we_do_not_serve_gets_no_kept_page(site: tuple[Flask, Flask, databases.OfficialClock]):
    app, _, _ = site
    visitor(app).get("/help")
    assert visitor(app).get("/help", headers={"Host": "elsewhere.example"}, check=False).status_code == 400


def test_when_the_database_is_gone_pages_are_made_without_it(
    site: tuple[Flask, Flask, databases.OfficialClock], monkeypatch: pytest.MonkeyPatch
):
    app, _, _ = site
    visitor(app).get("/help")
    monkeypatch.setattr(kept_pages.StampReader, "read", lambda _self: None)
    assert visitor(app).get("/help").status_code == 200
