"""P6: the deadline is one column. It is moved, and every surface that shows it is found by walking the routes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from pglab.accounts.models import User
from pglab.addenda import services
from pglab.addenda.models import Addendum
from pglab.cli.demo import city as demo_city
from pglab.core.db import db, transaction
from pglab.outbox.models import Email, Notice
from pglab.proposals.services import tell_teams_of_addendum
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.routes import files
from tests.support.client import client_for
from tests.support.deadlines import names, said_in
from tests.support.demo import a_demo_city
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.world import PEOPLE, Place, person, places

pytestmark = pytest.mark.slow
LOOKING = ("visitor", "founder", "manager", "auditor")
# What tells of the past on purpose: the log, sent notices, superseded versions, and the addenda themselves.
HISTORY = {
    *("addenda.addenda", "addenda.addendum", "addenda.manage", "rfps.notice_version"),
    *("admin.audit", "admin.event", "outbox.notices", "outbox.notice"),
    *("outbox.kept_mails", "outbox.kept_mail"),
}
# What leaves the site as a file, and is read elsewhere.
FILES = ("rfps.notice_pdf", "rfps.cohort_calendar", "rfps.cohort_facts")
Surface = tuple[str, str]


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    """The product on the demo city."""
    with a_demo_city("one_deadline") as app:
        yield app


def words_of(response: TestResponse) -> str:
    """What somebody reads there."""
    return said_in(response.data, response.mimetype) if response.status_code == 200 else ""


def walk(app: Flask, *looking: str) -> dict[Surface, str]:
    """What each person reads at every route that is about the open call, or about none."""
    read = {}
    listed = [place for place in places(app) if place.method == "GET" and of_the_call(place)]
    for role in looking:
        client = client_for(app)
        user = person(role)
        if user is not None:
            client.sign_in(user)
        for place in listed:
            response = client.get(place.address, check=False)
            read[role, place.endpoint] = words_of(response)
            response.close()
    return read


def of_the_call(place: Place) -> bool:
    return place.state == "sealed" or "90" not in place.address


def naming(read: dict[Surface, str], deadline: datetime) -> set[Surface]:
    """Who reads this instant where, but for the pages of the past."""
    return {each for each, said in read.items() if each[1] not in HISTORY and names(said, deadline)}


def move_deadline(rfp: Rfp, closes_at: datetime) -> Addendum:
    with transaction():
        addendum = services.ask_extension(
            rfp, services.Extension(closes_at, "A storm."), actor=demo_city.person("Priya Shah")
        )
    seen = services.Seen(addendum.version, rfp_queries.latest_version(rfp.id).number)
    with transaction():
        services.issue_addendum(addendum, seen=seen, actor=demo_city.person("Helen Novak"))
    with transaction():
        tell_teams_of_addendum(addendum.id)
    return addendum


def odd_minute(rfp: Rfp, days: int, minute: int) -> datetime:
    """A deadline whose time of day nothing else in the city has."""
    return (rfp.closes_at + timedelta(days=days)).replace(minute=minute)


def test_a_moved_deadline_stands_on_every_surface(city: Flask, scored: Scores, monkeypatch: pytest.MonkeyPatch):
    with undone(city):
        rfp = demo_city.rfp(12)
        first = odd_minute(rfp, 3, 37)
        move_deadline(rfp, first)
        before = naming(walk(city, *LOOKING), first)
        printed, subscribed = (client_for(city).get(f"/cohorts/12{each}").data for each in ("/rfp.pdf", ".ics"))
        second = odd_minute(rfp, 4, 41)
        addendum = move_deadline(rfp, second)
        read = walk(city, *LOOKING)
        after = naming(read, second)

        assert naming(read, first) == set()
        assert before - after == set()
        assert len({name for _, name in after}) >= 12, sorted({name for _, name in after})
        assert {("visitor", each) for each in FILES} <= after, "files for the public name the deadline"
        assert_mails_name(addendum, second, first)
        scored("P6", what="surfaces (person × page) of a moved deadline that name another one", sample=len(after))

        kept = city.jinja_env.filters["et_long"]
        monkeypatch.setitem(city.jinja_env.filters, "et_long", lambda at: kept(first if at == second else at))
        monkeypatch.setattr(files, "kept_pdf", lambda *_what, **_where: printed)
        monkeypatch.setattr(rfp_queries, "write_dates", lambda *_what, **_where: subscribed)
        broken = naming(walk(city, "visitor"), first)
        assert {("visitor", each) for each in FILES[:2]} < broken, "what remembers the old deadline must be noticed"
        scored("P6", control=f"{len(broken)} pages and files that were made to remember the old deadline were found")


def assert_mails_name(addendum: Addendum, second: datetime, first: datetime) -> None:
    """The mails about the move name the deadline that stands, and their calendars correct the entry."""
    founder = select(User.id).where(User.email == PEOPLE["founder"])
    found = db.session.execute(
        select(Notice.subject, Email.calendar)
        .join(Email, Email.notice_id == Notice.id)
        .where(Notice.user_id.in_(founder), Notice.kind == "deadline_moved", Notice.body_text.contains(addendum.name))
    ).all()
    assert found
    for subject, calendar in found:
        assert names(subject, second)
        assert names(calendar, second)
        assert not names(subject + calendar, first)
