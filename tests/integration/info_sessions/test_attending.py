"""Signing up for a session without an account: nothing is taken before the link is used, and no more than there is."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import GoneError
from pglab.info_sessions import queries, services
from pglab.info_sessions.models import InfoSession, SessionPlace
from pglab.outbox.models import Email, Notice
from tests.factories.accounts import make_program_manager
from tests.factories.info_sessions import ask, make_session, take_place
from tests.factories.rfps import make_open_rfp

PAGE = "/cohorts/12/info-sessions/1"


def held(session: InfoSession) -> list[str]:
    return [place.email for place in queries.list_places(session)]


def mails(kind: str) -> list[Email]:
    return list(db.session.scalars(select(Email).join(Notice).where(Notice.kind == kind).order_by(Email.created_at)))


def test_a_place_is_taken_by_the_button_and_not_by_opening_the_link(client):
    session = make_session(make_open_rfp())
    answer = client.post(PAGE, data={"name": "王小明", "email": "Wang@example.org"})
    assert (answer.status_code, answer.location) == (303, "/info-sessions/sent")
    link = next(word for word in mails("session_place_asked")[0].notice.body_text.split() if "/places/" in word)
    path = link.partition("localhost")[2]

    assert client.get(path).status_code == 200
    assert held(session) == []
    assert client.post(path).status_code == 303
    assert held(session) == ["Wang@example.org"]
    assert "https://meet.example.org/pgh-lab" in client.get(path).text


def test_the_answer_is_the_same_for_an_address_that_has_a_place(client):
    session = make_session(make_open_rfp())
    take_place(session, "rosa@example.org")

    first, again = (
        client.post(PAGE, data={"name": "Rosa", "email": email}) for email in ("new@example.org", "rosa@example.org")
    )

    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert held(session) == ["rosa@example.org"]


def test_a_mailbox_has_one_place_and_the_newest_link_stands_for_it(rolled_back):
    session = make_session(make_open_rfp(), capacity=1)
    first = take_place(session, "rosa@example.org")
    with transaction():
        services.give_up_place(first)
    second = take_place(session, "rosa@example.org")

    assert held(session) == ["rosa@example.org"]
    with pytest.raises(GoneError, match="gave this place up"), transaction():
        services.confirm_place(first)
    with transaction():
        services.confirm_place(second)
    assert held(session) == ["rosa@example.org"]


def test_staff_see_that_a_session_is_full(login):
    session = make_session(make_open_rfp(), capacity=1)
    staff = login(make_program_manager())
    before = staff.get("/manage/cohorts/12/info-sessions").text
    take_place(session)

    assert "Sign up" in before
    assert "Full" in staff.get("/manage/cohorts/12/info-sessions").text


def test_a_full_session_takes_nobody_until_a_place_is_given_up(client):
    session = make_session(make_open_rfp(), capacity=1)
    waiting, first = ask(session), take_place(session)

    assert client.post(f"/info-sessions/places/{waiting}").status_code == 410
    assert "All places are taken" in client.get(PAGE).text
    assert client.post(PAGE, data={"name": "A", "email": "a@example.org"}).status_code == 410
    assert client.post(f"/info-sessions/places/{first}/give-up").status_code == 303
    assert client.post(f"/info-sessions/places/{waiting}").status_code == 303
    assert len(held(session)) == 1


def test_the_database_gives_no_place_too_many_whoever_writes_it(rolled_back):
    session = make_session(make_open_rfp(), capacity=1)
    waiting = ask(session)
    take_place(session)

    with pytest.raises(DatabaseError, match="all places of this session are taken"), transaction():
        queries.get_place(waiting).confirmed_at = official_now()


def test_nobody_signs_up_once_it_has_begun_or_is_cancelled(client, clock):
    session = make_session(make_open_rfp())
    asked = ask(session)
    clock.freeze(session.starts_at)

    assert client.post(PAGE, data={"name": "A", "email": "a@example.org"}).status_code == 410
    assert client.post(f"/info-sessions/places/{asked}").status_code == 410
    assert held(session) == []


@pytest.mark.parametrize(("field", "value"), [("email", "nobody"), ("email", ""), ("name", ""), ("name", "a\x00b")])
def test_what_is_no_name_or_address_is_refused_and_stays_typed(client, field, value):
    make_session(make_open_rfp())
    typed = {"name": "Rosa Díaz", "email": "rosa@example.org"} | {field: value}

    answer = client.post(PAGE, data=typed)

    assert answer.status_code == 422
    assert db.session.scalar(select(SessionPlace.id)) is None


def test_an_unknown_link_is_a_404(client):
    assert client.get("/info-sessions/places/not-a-link").status_code == 404
    assert client.post("/info-sessions/places/not-a-link/give-up").status_code == 404


def test_no_public_page_names_who_comes_or_how_to_join(client, login):
    session = make_session(make_open_rfp(), capacity=5)
    take_place(session, "rosa@example.org")

    for page in (PAGE, f"{PAGE}.ics", "/cohorts/12", "/cohorts/12.ics", "/cohorts/12.json"):
        text = client.get(page).text
        assert "rosa@example.org" not in text
        assert "meet.example.org" not in text
    assert "rosa@example.org" in login(make_program_manager()).get(f"/manage{PAGE}").text


def test_whoever_has_a_place_gets_it_for_their_calendar_with_the_way_to_join(rolled_back):
    session = make_session(make_open_rfp())
    take_place(session)

    (mail,) = mails("session_place")
    (event,) = Calendar.from_ical(mail.calendar).walk("VEVENT")

    assert event["uid"] == "cohort-12-info-session-1@pghlab"
    assert event["location"] == "https://meet.example.org/pgh-lab"
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)


def test_addresses_that_nobody_confirmed_are_forgotten_once_the_session_has_begun(rolled_back, clock):
    session = make_session(make_open_rfp())
    take_place(session), ask(session)
    for left, at in ((0, session.starts_at - timedelta(minutes=1)), (1, session.starts_at)):
        clock.freeze(at)
        with transaction():
            assert services.forget_unconfirmed() == left
    assert len(held(session)) == 1


def test_addresses_that_nobody_confirmed_are_forgotten_after_a_month(rolled_back):
    session = make_session(make_open_rfp())
    kept, old = take_place(session), ask(session)
    for token in (kept, old):
        queries.get_place(token).asked_at -= timedelta(days=31)
    db.session.flush()

    with transaction():
        assert services.forget_unconfirmed() == 1
    assert len(held(session)) == 1
