"""Sessions: new at each sign-in, ended where they must, and never sent elsewhere."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from pglab.accounts import services
from pglab.accounts.models import SignInSession, StaffRole, User
from pglab.core.db import db, transaction
from tests.factories.accounts import make_program_manager, make_user
from tests.support.accounts import PASSWORD, mails_to
from tests.support.client import Client, client_for
from tests.support.statements import counting


def person_with_password(*roles: StaffRole) -> User:
    person = make_user("Dana Ruiz", *roles)
    with transaction():
        services.set_password(person, PASSWORD)
    return person


HALF_A_DAY = timedelta(hours=12, seconds=1)


def age_session(person: User, **by: timedelta) -> None:
    """Let a session have been seen last, or be over, this much earlier."""
    opened = db.session.scalars(select(SignInSession).where(SignInSession.user_id == person.id)).one()
    for name, earlier in by.items():
        setattr(opened, name, getattr(opened, name) - earlier)
    db.session.commit()


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.com", "https://evil.com", "/\\evil.com", "///evil.com", "javascript:alert(1)", "/\t/evil.com", "evil.com"],
)
def test_next_leads_to_our_own_pages_only(client: Client, elsewhere: str) -> None:
    person = person_with_password()

    answer = client.post(
        "/sign-in", query_string={"next": elsewhere}, data={"email": person.email, "password": PASSWORD}
    )

    assert answer.location == "/account/home"


def test_next_is_followed_on_our_own_pages(client: Client) -> None:
    person = person_with_password()
    asked = client.get("/account/security")

    assert (
        client.post(asked.location, data={"email": person.email, "password": PASSWORD}).location == "/account/security"
    )


def test_signing_in_begins_a_new_session(client: Client) -> None:
    person = person_with_password()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        before = session.setdefault("csrf_token", "x" * 40)

    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(app: Flask, client: Client) -> None:
    person = person_with_password()
    here, there = client_for(app).sign_in(person), client_for(app).sign_in(person)

    answer = here.post("/account/password", data={"current": PASSWORD, "new": "another long enough secret"})

    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").location.startswith("/sign-in")


def test_a_wrong_present_password_is_refused_beside_its_field(client: Client) -> None:
    client.sign_in(person_with_password())

    page = client.post("/account/password", data={"current": "not this one, really", "new": "another long enough one"})

    assert page.status_code == 422
    assert 'id="current-error"' in page.text


@pytest.mark.parametrize(
    ("role", "minutes", "ended"), [(StaffRole.FINANCE, 16, True), (None, 16, False), (None, 31, True)]
)
def test_a_session_ends_when_nobody_is_there(client: Client, role: StaffRole | None, minutes: int, ended: bool) -> None:
    person = person_with_password(*([role] if role else []))
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    age_session(person, seen_at=timedelta(minutes=minutes))

    assert (client.get("/account").status_code == 303) is ended


@pytest.mark.parametrize(("role", "idle"), [(StaffRole.FINANCE, 900), (None, 1800)])
def test_a_page_knows_how_long_its_session_goes_on(client: Client, role: StaffRole | None, idle: int) -> None:
    person = person_with_password(*([role] if role else []))
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})

    def rest(**typed: str) -> int:
        return int(client.post("/account/session", data=typed).json["seconds"])

    assert idle - 5 <= rest() <= idle
    age_session(person, seen_at=timedelta(minutes=10))
    assert idle - 605 <= rest() <= idle - 600
    page = client.get("/account/home", follow_redirects=True)  # opened by a person, who so is still there
    assert idle - 5 <= int(page.text.partition('data-idle="')[2].partition('"')[0]) <= idle
    age_session(person, seen_at=timedelta(minutes=10))
    assert rest(typed="yes") == idle
    age_session(person, ends_at=timedelta(hours=11, minutes=59))
    assert rest(typed="yes") <= 60


@pytest.mark.parametrize(
    "asked", ["/uploads/00000000-0000-0000-0000-000000000000", "/apply/proposals/L1-AAAA/documents/deck/virus-check"]
)
def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(client: Client, asked: str) -> None:
    person = person_with_password()
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    age_session(person, seen_at=timedelta(minutes=10))

    client.get(asked)
    assert client.post("/account/session").json["seconds"] < 1300
    client.get(asked.rpartition("/")[0])  # control: a page, be it none of ours
    assert client.post("/account/session").json["seconds"] > 1700


def test_a_session_ends_after_twelve_hours(client: Client) -> None:
    person = person_with_password()
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    age_session(person, began_at=HALF_A_DAY, ends_at=HALF_A_DAY)

    assert client.get("/account").status_code == 303


def test_staff_without_a_second_step_are_sent_to_set_one_up(client: Client) -> None:
    client.sign_in(make_user("Ned Fox", StaffRole.ADMIN), second_factor=False)

    assert client.get("/admin").location == "/account/two-factor"


def test_an_old_sign_in_is_asked_for_the_password_again(client: Client) -> None:
    person = person_with_password(StaffRole.ADMIN)
    client.sign_in(person, signed_in_ago=400)
    path = f"/admin/users/{make_program_manager().id}/roles/new"

    asked = client.get(path)
    answer = client.post(asked.location, data={"password": PASSWORD})

    assert asked.location == f"/account/confirm-it-is-you?next={path}"
    assert answer.location == path
    assert client.get(path).status_code == 200


def test_a_switched_off_account_does_not_sign_in(client: Client) -> None:
    person = person_with_password()
    person.active = False

    assert client.post("/sign-in", data={"email": person.email, "password": PASSWORD}).status_code == 422


def test_an_address_that_is_too_long_is_refused_beside_its_field(client: Client) -> None:
    page = client.post("/sign-in", data={"email": "d" * 300 + "@example.org", "password": PASSWORD})

    assert page.status_code == 422
    assert 'id="email-error"' in page.text


def test_demo_people_sign_in_with_one_button_and_nobody_else_does(client: Client) -> None:
    dana, other = make_user("Dana Ruiz", email="dana.ruiz@example.org"), make_user("Nobody")

    assert "Sign in as Dana Ruiz" in client.get("/dev/personas").text
    assert client.post(f"/dev/personas/{other.id}/session").status_code == 404
    assert client.post(f"/dev/personas/{dana.id}/session").location == "/account/home"
    assert client.get("/account").status_code == 200


def test_each_person_lands_in_their_own_workspace(client: Client) -> None:
    assert client.sign_in(make_user("Ned Fox", StaffRole.ADMIN)).get("/account/home").location == "/admin"
    assert client.sign_in(make_user("Ivy Grant", StaffRole.AUDITOR)).get("/account/home").location == "/admin/audit"


def test_a_device_signed_out_from_another_one_is_out_at_once(app: Flask, client: Client) -> None:
    person = person_with_password()
    here, there = client_for(app).sign_in(person), client_for(app).sign_in(person)
    page = here.get("/account/security").text
    ends = re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', page)

    assert (len(ends), page.count("This device")) == (1, 1)
    assert here.post(ends[0]).status_code == 303
    assert there.get("/account").location.startswith("/sign-in")
    assert here.get("/account").status_code == 200
    assert here.post(ends[0]).status_code == 404


def test_all_other_devices_are_signed_out_and_this_one_stays(app: Flask, client: Client) -> None:
    person, other = person_with_password(), make_user("Other")
    here, there, theirs = (client_for(app).sign_in(each) for each in (person, person, other))

    here.post("/account/sessions/end")

    assert [each.get("/account").status_code for each in (here, there, theirs)] == [200, 303, 200]


def test_nobody_ends_the_session_of_somebody_else(app: Flask, client: Client) -> None:
    client.sign_in(person_with_password())
    theirs = client_for(app).sign_in(other := make_user("Other"))
    opened = db.session.scalars(select(SignInSession).where(SignInSession.user_id == other.id)).one()

    assert client.post(f"/account/sessions/{opened.id}/end").status_code == 404
    assert theirs.get("/account").status_code == 200


def test_the_security_page_asks_as_often_for_three_devices_as_for_one(app: Flask, client: Client) -> None:
    counts = []
    for devices in (1, 3):
        person = make_user(f"With {devices}")
        last = [client_for(app).sign_in(person) for _ in range(devices)][-1]
        with counting() as sent:
            assert last.get("/account/security").status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1], counts


def test_a_new_device_is_told_of_by_mail_and_the_first_and_a_known_one_are_not(app: Flask, client: Client) -> None:
    person = person_with_password()
    right = {"email": person.email, "password": PASSWORD}
    firefox = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
    for _ in range(2):
        client.post("/sign-in", data=right)
        client.post("/sign-out")
    assert mails_to(person.email) == []

    client_for(app).post("/sign-in", data=right, headers=firefox)

    [mail] = mails_to(person.email)
    assert "Somebody signed in to your account on a new device: Firefox on Windows." in mail.notice.body_text
