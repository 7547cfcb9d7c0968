"""From no account to a signed-in person with a second step, as a browser does it."""

import re

import pytest
from flask import Flask

from pglab.accounts import queries
from pglab.accounts.models import StaffRole
from pglab.audit.models import AuditEvent
from pglab.core.db import db
from tests.factories.accounts import make_user
from tests.support.accounts import PASSWORD, code_for, link_in, mails_to, send_waiting_links
from tests.support.client import Client, client_for

NEW = {"name": "Åsa Ruiz", "email": "asa@example.org", "password": PASSWORD}


def sign_up(client: Client, **changes: str) -> None:
    assert client.post("/sign-up", data={**NEW, **changes}).status_code == 303


def actions_about(email: str) -> list[str]:
    user = queries.find_user_by_email(email)
    return [event.action for event in db.session.query(AuditEvent).filter_by(subject_id=user.id).order_by("seq")]


def test_the_whole_way_in_with_links_and_codes_of_our_own(client: Client) -> None:
    sign_up(client)
    link = link_in(mails_to("asa@example.org")[0])

    assert client.post("/sign-in", data=NEW).status_code == 422
    assert client.get(link).status_code == 200
    assert queries.find_user_by_email("asa@example.org").confirmed_at is None
    assert client.post(link).location == "/sign-in"
    assert client.post("/sign-in", data=NEW).location == "/account/home"

    page = client.get("/account/two-factor").text
    key = re.search(r'id="key">([^<]+)<', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.post("/account/two-factor", data={"code": code_for(key)}).status_code == 303
    client.post("/sign-out")

    assert client.post("/sign-in", data=NEW).location == "/sign-in/code"
    assert client.get("/account").location.startswith("/sign-in?next=")
    assert client.post("/sign-in/code", data={"code": code_for(key)}).status_code == 422, "a used code"
    assert client.post("/sign-in/code", data={"code": code_for(key, later=30)}).location == "/account/home"
    assert client.get("/account").status_code == 200
    assert actions_about("asa@example.org") == ["account.created", "account.confirmed", "second_factor.set"]


def test_a_link_works_once_and_an_invented_one_never(client: Client) -> None:
    sign_up(client)
    link = link_in(mails_to("asa@example.org")[0])
    client.post(link)

    assert client.post(link).status_code == 410
    assert "has been used" in client.get(link).text
    assert client.get("/confirm/nonsense").status_code == 404


def test_signing_up_again_makes_the_older_link_void(client: Client) -> None:
    sign_up(client, password="the first password of somebody")
    sign_up(client)
    older, newer = (link_in(mail) for mail in mails_to("asa@example.org"))

    assert client.post(older).status_code == 410
    client.post(newer)
    assert client.post("/sign-in", data=NEW).status_code == 303


@pytest.mark.parametrize("path", ["/sign-up", "/reset-password", "/confirm"])
def test_answers_do_not_tell_who_has_an_account(app: Flask, client: Client, path: str) -> None:
    make_user("Known", email="known@example.org")

    def answer(email: str) -> tuple[int, str, str]:
        visitor = client_for(app)
        first = visitor.post(path, data={**NEW, "email": email})
        return first.status_code, first.location, visitor.get(first.location).text

    assert strip_ids(answer("known@example.org")) == strip_ids(answer("unknown@example.org"))


def test_a_refused_sign_in_does_not_tell_who_has_an_account(app: Flask, client: Client) -> None:
    make_user("Known", email="known@example.org")

    def answer(email: str) -> tuple[int, str]:
        page = client_for(app).post("/sign-in", data={"email": email, "password": PASSWORD})
        own = r'name="csrf_token" value="[^"]+"|data-asked="[^"]+"'
        return page.status_code, re.sub(own, "", page.text).replace(email, "X")

    assert strip_ids(answer("known@example.org")) == strip_ids(answer("unknown@example.org"))
    assert answer("known@example.org")[0] == 422


def strip_ids(answer: tuple[object, ...]) -> list[str]:
    return [re.sub(r"Number of this request: <code>\w+", "", str(part)) for part in answer]


def test_the_owner_of_an_account_learns_of_a_sign_up_by_mail_and_nothing_changes(client: Client) -> None:
    person = make_user("Known", email="Same@example.org")
    stamp = person.fs_uniquifier

    sign_up(client, email="same@EXAMPLE.org")

    assert [mail.notice.kind for mail in mails_to("Same@example.org")] == ["account_exists"]
    assert (person.name, person.fs_uniquifier) == ("Known", stamp)


def test_plus_and_dots_are_other_people(client: Client) -> None:
    for email in ("a.b@example.org", "ab@example.org", "ab+x@example.org"):
        sign_up(client, email=email)

    assert len({queries.find_user_by_email(email).id for email in ("a.b@example.org", "ab+x@example.org")}) == 2


@pytest.mark.parametrize(
    "name",
    ["Łukasz Żółć", "Nguyễn Thị Ánh", "O'Brien-Smith", "王小明", "محمد", "Å", "<script>alert(1)</script>", "{{7*7}}"],
)
def test_odd_names_are_kept_and_shown_as_text(client: Client, name: str) -> None:
    sign_up(client, name=name)
    client.post(link_in(mails_to("asa@example.org")[0]))
    client.post("/sign-in", data=NEW)

    page = client.get("/account", check=False).text
    assert queries.find_user_by_email("asa@example.org").name == name
    assert "<script>alert" not in page
    assert ">49<" not in page


def test_names_are_kept_in_one_form(client: Client) -> None:
    sign_up(client, name="Jose\N{COMBINING ACUTE ACCENT}  Ruiz ")

    assert queries.find_user_by_email("asa@example.org").name == "José Ruiz"


@pytest.mark.parametrize("name", ["Dana\x00", "Dana \u202egnp.exe", "Dana\r\nBcc: b@example.org", "\u3164", "x" * 201])
def test_names_that_mislead_are_refused_beside_the_field(client: Client, name: str) -> None:
    page = client.post("/sign-up", data={**NEW, "name": name})

    assert page.status_code == 422
    assert 'id="name-error"' in page.text
    assert 'value="asa@example.org"' in page.text
    assert queries.find_user_by_email("asa@example.org") is None


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "Password must be 15 characters or more. It is 5 characters."),
        ("aaaaaaaaaaaaaaaaaaaa", "harder to guess"),
        ("asa@example.org1", "harder to guess"),
        ("pittsburghpittsburgh", "harder to guess"),
        ("x" * 10 + "abcdefgh" * 40, "256 characters or fewer"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(client: Client, password: str, sentence: str) -> None:
    page = client.post("/sign-up", data={**NEW, "password": password})

    assert page.status_code == 422
    assert sentence in page.text
    assert password not in page.text


def test_a_token_is_needed_to_sign_up_and_to_sign_out(client: Client) -> None:
    for path in ("/sign-up", "/sign-in", "/sign-out", "/reset-password"):
        assert client.post(path, data=NEW, csrf=False).status_code == 400


def test_a_new_password_through_the_mailbox_ends_all_sessions_and_keeps_the_second_step(
    app: Flask, client: Client
) -> None:
    person = make_user("Dana", StaffRole.FINANCE, email="dana@example.org")
    signed_in = client_for(app).sign_in(person)
    client.post("/reset-password", data={"email": "DANA@example.org"})
    send_waiting_links()
    link = link_in(mails_to("dana@example.org")[0])

    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": PASSWORD}).location == "/sign-in"
    assert signed_in.get("/account").location.startswith("/sign-in")
    assert client.post(link, data={"password": PASSWORD + "2"}).status_code == 410
    assert client.post("/sign-in", data={"email": "dana@example.org", "password": PASSWORD}).status_code == 303
    assert "password.reset" in actions_about("dana@example.org")


def test_nothing_is_mailed_to_an_address_without_an_account(client: Client) -> None:
    client.post("/reset-password", data={"email": "nobody@example.org"})
    send_waiting_links()

    assert mails_to("nobody@example.org") == []


def test_links_point_at_our_own_address_whatever_the_host_header_says(client: Client) -> None:
    client.post("/sign-up", data=NEW, headers={"X-Forwarded-Host": "evil.example"})

    assert client.post("/sign-up", data=NEW, headers={"Host": "evil.example"}).status_code == 400
    assert "http://localhost/confirm/" in mails_to("asa@example.org")[0].notice.body_text
