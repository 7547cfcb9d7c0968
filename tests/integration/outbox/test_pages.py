"""The notices of a person, and the mail a developer's machine keeps."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.outbox import queries, services
from pglab.outbox.models import Notice
from pglab.outbox.services import owe
from pglab.outbox.states import EmailState
from tests.factories.accounts import make_user
from tests.support.client import Client

Login = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("letters")


def tell(person: User, subject: str = "Submitted: L12-7K3Q") -> Notice:
    with transaction():
        return owe("x", person, subject=subject, template="tests/received", about="L12-7K3Q", startup="<b>Acme</b>")


def test_no_notices(login: Login) -> None:
    response = login(make_user()).get("/account/notices")

    assert response.status_code == 200
    assert "You have no notices." in response.text


def test_notices_stand_newest_first_and_say_whether_they_are_read(login: Login) -> None:
    person = make_user()
    for subject in ("First", "Second", "Third"):
        tell(person, subject)

    page = login(person).get("/account/notices").text

    assert page.index("Third") < page.index("Second") < page.index("First")
    assert "3 notices, 3 not read" in page


def test_a_notice_shows_its_text_and_is_read_when_its_reader_says_so(login: Login) -> None:
    person = make_user()
    notice, client = tell(person), login(person)

    shown = client.get(f"/account/notices/{notice.id}")
    assert "&lt;b&gt;Acme&lt;/b&gt;" in shown.text
    assert queries.count_unread_notices(person.id) == 1

    assert client.post(f"/account/notices/{notice.id}/read").status_code == 303
    assert queries.count_unread_notices(person.id) == 0


def test_all_notices_are_marked_at_once(login: Login) -> None:
    person, other = make_user(), make_user()
    tell(person), tell(person), tell(other)

    assert login(person).post("/account/notices/read").status_code == 303

    assert [queries.count_unread_notices(reader.id) for reader in (person, other)] == [0, 1]


def test_nobody_reads_anothers_notices(login: Login, client: Client) -> None:
    notice, stranger = tell(make_user()), login(make_user())

    answers = [
        stranger.get(f"/account/notices/{notice.id}").status_code,
        stranger.post(f"/account/notices/{notice.id}/read").status_code,
        stranger.get(f"/account/notices/{uuid4()}").status_code,
        client.get("/account/notices").status_code,
        client.get(f"/account/notices/{notice.id}").status_code,
    ]
    assert answers == [404, 404, 404, 303, 303]
    assert notice.read_at is None


@pytest.mark.parametrize("page", ["0", "-1", "x", "2", "٣", "999999999999"])
def test_pages_that_do_not_exist(login: Login, page: str) -> None:
    assert login(make_user()).get(f"/account/notices?page={page}").status_code == 404


def test_fifty_notices_a_page(login: Login) -> None:
    person = make_user()
    for number in range(51):
        tell(person, f"Notice {number}")
    client = login(person)

    first, second = client.get("/account/notices").text, client.get("/account/notices?page=2").text

    assert (first.count('<th scope="row">'), second.count('<th scope="row">')) == (50, 1)
    assert "Older notices" in first
    assert "Newer notices" in second


def test_without_a_mail_server_mail_is_kept_and_shown(client: Client) -> None:
    tell(make_user())
    email = queries.list_emails()[0]
    with transaction():
        services.deliver_email(email.id)

    assert email.state is EmailState.KEPT
    assert "Submitted: L12-7K3Q" in client.get("/dev/mail").text
    shown = client.get(f"/dev/mail/{email.id}", check=False)  # it shows mark-up on purpose
    assert "We received L12-7K3Q from &lt;b&gt;Acme&lt;/b&gt;." in shown.text
    assert client.get(f"/dev/mail/{uuid4()}").status_code == 404


def test_a_token_is_needed_to_mark(login: Login, app: Flask) -> None:
    person = make_user()
    tell(person)

    assert login(person).post("/account/notices/read", csrf=False).status_code == 400
    db.session.expire_all()
    assert queries.count_unread_notices(person.id) == 1
