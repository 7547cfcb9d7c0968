"""Requests as real browsers send them over HTTPS, and as other sites and programs do."""

import pytest

from tests.factories.accounts import make_user
from tests.support.client import Client

HTTPS = "https://localhost"


@pytest.fixture
def at_home(client: Client) -> Client:
    return client.sign_in(make_user())


def send(client: Client, **headers: str) -> int:
    return client.post("/account/name", base_url=HTTPS, data={"name": "Dana Ruiz"}, headers=headers).status_code


def test_a_form_sent_without_a_referrer_is_taken(at_home: Client):
    assert send(at_home, **{"Origin": "null", "Sec-Fetch-Site": "same-origin"}) == 303
    assert send(at_home) == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_another_site_sent_is_refused_even_with_a_token(at_home: Client, site: str):
    assert send(at_home, **{"Sec-Fetch-Site": site}) == 400


def test_a_form_with_a_foreign_origin_is_refused_even_with_a_token(at_home: Client):
    assert send(at_home, Origin="https://evil.example") == 400


def test_a_number_too_long_for_the_database_is_no_address(client: Client):
    assert client.get("/cohorts/9223372036854775808/awards").status_code == 404
    assert client.get("/cohorts/%D9%A1%D9%A2").status_code == 404
