"""RFC 8058: a mail program stops a subscription with one request, without a cookie and without our form's token."""

import pytest
from flask import Flask

from pglab.core.db import db, transaction
from pglab.subscriptions.models import Follower
from pglab.subscriptions.services import new_link
from pglab.web.security import is_one_click
from tests.factories.followers import CALLS, make_follower
from tests.support.client import client_for

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(app: Flask, rolled_back: None) -> str:
    with transaction():
        return new_link(make_follower(CALLS, email="ada@example.org"))


def is_following() -> bool:
    return db.session.query(Follower).filter_by(email="ada@example.org").one().unsubscribed_at is None


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://mail.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["server", "web mail", "browser"],
)
def test_one_request_from_anywhere_stops_it(app: Flask, link: str, headers: dict[str, str]):
    answer = client_for(app).post(f"{link}/unsubscribe", data=ONE_CLICK, csrf=False, headers=headers)

    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert not is_following()


def test_nothing_else_does_without_a_token(app: Flask, link: str):
    """Negative control: the settings page beside it refuses the very same request."""
    given = {"wishes": "results", "frequency": "now"}
    assert client_for(app).post(link, data=given, csrf=False).status_code == 400
    assert is_following()


def test_exactly_one_view_is_excused(app: Flask):
    assert [name for name, view in app.view_functions.items() if is_one_click(view)] == ["subscriptions.unsubscribe"]


def test_a_second_click_is_no_fault(app: Flask, link: str):
    for _ in range(2):
        assert client_for(app).post(f"{link}/unsubscribe", csrf=False).status_code == 200
