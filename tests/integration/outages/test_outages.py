"""The log of outages: noted by staff once they began, read by everyone, corrected under the eyes of the audit log."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pglab.accounts.models import StaffRole, User
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.outages.models import Outage
from pglab.outages.queries import list_all
from tests.factories.accounts import make_user
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]


@pytest.fixture
def manager(rolled_back: None) -> User:
    return make_user("Priya Shah", StaffRole.PROGRAM_MANAGER)


def form(*, begun: timedelta, ended: timedelta | None = None, summary: str = "Files could not be uploaded.") -> dict:
    """The form of an outage that began so long ago."""
    start = (official_now() - begun).astimezone(EASTERN)
    fields = {"started_at-date": f"{start:%Y-%m-%d}", "started_at-time": f"{start:%H:%M}", "summary": summary}
    if ended is not None:
        end = (official_now() - ended).astimezone(EASTERN)
        fields |= {"ended_at-date": f"{end:%Y-%m-%d}", "ended_at-time": f"{end:%H:%M}"}
    return fields


def test_an_outage_is_noted_ended_and_read_by_everyone(login: Login, manager: User, client: Client) -> None:
    staff = login(manager)
    assert "No outage in the past 90 days." in client.get("/status").text
    assert staff.post("/manage/outages/new", data=form(begun=timedelta(hours=2))).status_code == 303
    assert "Goes on" in client.get("/status").text

    outage = list_all()[0]
    path = f"/manage/outages/{outage.id}"
    shown = staff.get(path).text
    assert "Files could not be uploaded." in shown
    ended = {**form(begun=timedelta(hours=2), ended=timedelta(hours=1), summary="Uploads failed."), "version": "1"}
    assert staff.post(path, data=ended).status_code == 303
    page = client.get("/status").text
    assert "Goes on" not in page
    assert "Uploads failed." in page

    assert staff.post(path, data=ended).status_code == 409, "somebody else changed it meanwhile"
    log = db.session.execute(text("SELECT action FROM audit_events WHERE subject_type = 'Outage' ORDER BY seq"))
    assert log.scalars().all() == ["outage.noted", "outage.corrected"]


def test_times_that_cannot_be_are_refused_beside_their_field(login: Login, manager: User) -> None:
    staff = login(manager)
    coming = staff.post("/manage/outages/new", data=form(begun=-timedelta(hours=2)))
    assert coming.status_code == 422
    assert "This time is still to come" in coming.text
    assert "Files could not be uploaded." in coming.text, "what was typed stays"
    unending = staff.post("/manage/outages/new", data=form(begun=timedelta(hours=2), ended=-timedelta(hours=1)))
    assert "Leave it empty while the outage goes on" in unending.text
    backwards = staff.post("/manage/outages/new", data=form(begun=timedelta(hours=2), ended=timedelta(hours=3)))
    assert "The end must come after the start" in backwards.text
    assert staff.post("/manage/outages/new", data={}).status_code == 422
    assert list_all() == []


def test_only_those_who_keep_the_log_change_it(login: Login, client: Client) -> None:
    founder, director = make_user("Dana Ruiz"), make_user("Ana Cruz", StaffRole.DIRECTOR)
    for person in (founder, director):
        assert login(person).post("/manage/outages/new", data=form(begun=timedelta(hours=1))).status_code == 403
    assert client.post("/manage/outages/new", data=form(begun=timedelta(hours=1))).status_code == 401
    assert login(make_user("Ned Fox", StaffRole.ADMIN)).get("/manage/outages").status_code == 200


def test_the_database_keeps_times_in_order(manager: User) -> None:
    """Control: a row that no service checked is refused all the same."""
    now = official_now()
    db.session.add(
        Outage(started_at=now, ended_at=now - timedelta(1), summary="x", noted_at=now, noted_by_id=manager.id)
    )
    with pytest.raises(IntegrityError, match="ends_after_start"):
        db.session.flush()


def test_old_outages_leave_the_page_and_many_cost_no_more(login: Login, manager: User, client: Client) -> None:
    staff = login(manager)
    staff.post("/manage/outages/new", data=form(begun=timedelta(days=99), ended=timedelta(days=98), summary="Old."))
    staff.post("/manage/outages/new", data=form(begun=timedelta(days=9), ended=timedelta(days=8), summary="New."))
    with counting() as one:
        page = client.get("/status").text
    assert "New." in page
    assert "Old." not in page
    assert "Old." in staff.get("/manage/outages").text
    for number in range(3):
        staff.post("/manage/outages/new", data=form(begun=timedelta(days=3), summary=f"Number {number}"))
    with counting() as many:
        client.get("/status")
    assert len(one) == len(many)
