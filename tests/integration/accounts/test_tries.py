"""Tries are few, whoever makes them; the owner on a known device has tries of their own."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.accounts import services
from pglab.accounts.models import SignInTry, User
from pglab.accounts.services import Visitor
from pglab.core.db import db, transaction
from tests.factories.accounts import make_user
from tests.support.accounts import PASSWORD, link_in, mails_to, send_waiting_links
from tests.support.client import Client, client_for

WRONG = "wrong password, all of it"


def person_with_password() -> User:
    person = make_user("Dana Ruiz")
    with transaction():
        services.set_password(person, PASSWORD)
    return person


def statuses(
    client: Client, person: User, times: int, *, password: str = WRONG, address: str = "192.0.2.1"
) -> list[int]:
    tried = {"email": person.email, "password": password}
    from_there = {"REMOTE_ADDR": address}
    return [client.post("/sign-in", data=tried, environ_base=from_there).status_code for _ in range(times)]


def later(by: timedelta) -> None:
    """Let every try have been this much earlier."""
    db.session.execute(text("UPDATE sign_in_tries SET at = at - :by"), {"by": by})
    db.session.commit()


def test_five_tries_a_minute_and_ten_in_ten_wherever_they_come_from(app: Flask, client: Client) -> None:
    person = person_with_password()

    assert [statuses(client_for(app), person, 1, address=f"192.0.2.{n}")[0] for n in range(6)] == [422] * 5 + [429]
    later(timedelta(seconds=61))
    assert [statuses(client_for(app), person, 1, address=f"198.51.100.{n}")[0] for n in range(6)] == [422] * 5 + [429]
    later(timedelta(seconds=61))
    assert statuses(client, person, 1) == [429]


def test_the_owner_on_a_known_device_is_never_kept_out_by_strangers(app: Flask, client: Client) -> None:
    person, owner = person_with_password(), client_for(app)
    assert statuses(owner, person, 1, password=PASSWORD) == [303]
    owner.post("/sign-out")
    statuses(client, person, 6)

    assert statuses(client, person, 1, password=PASSWORD) == [429]
    assert statuses(owner, person, 1, password=PASSWORD) == [303]


def test_a_device_known_to_somebody_else_has_no_tries_of_its_own(app: Flask, client: Client) -> None:
    person, other, thief = person_with_password(), person_with_password(), client_for(app)
    assert statuses(thief, other, 1, password=PASSWORD) == [303]
    thief.post("/sign-out")
    statuses(client, person, 5)

    assert statuses(thief, person, 1) == [429]


def test_a_known_device_has_few_tries_too(app: Flask, client: Client) -> None:
    person = person_with_password()
    statuses(client, person, 1, password=PASSWORD)
    client.post("/sign-out")

    assert statuses(client, person, 6) == [422] * 5 + [429]


def test_a_try_that_succeeded_is_taken_back_and_the_wrong_ones_are_not(client: Client) -> None:
    person = person_with_password()
    statuses(client, person, 3)
    statuses(client, person, 1, password=PASSWORD)

    assert db.session.query(SignInTry).filter_by(key=services.key_of(("password", person.email_key))).count() == 3


def test_a_link_to_the_mailbox_helps_whoever_was_locked_out(client: Client) -> None:
    person = person_with_password()
    statuses(client, person, 5)
    client.post("/reset-password", data={"email": person.email})
    send_waiting_links()
    client.post(link_in(mails_to(person.email)[0]), data={"password": PASSWORD + " anew"})

    assert statuses(client, person, 1, password=PASSWORD + " anew") == [303]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_place_is_an_address_or_a_household(address: str, place: str) -> None:
    assert Visitor(address, "").place == place


def test_tries_are_kept_in_a_table_that_costs_no_log(client: Client) -> None:
    assert db.session.scalar(text("SELECT relpersistence FROM pg_class WHERE relname = 'sign_in_tries'")) == "u"
