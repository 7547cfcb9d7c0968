"""What every request meets, whatever the page: tokens, hosts, methods, headers, and pages for what goes wrong."""

import pytest

from pglab.web.security import HEADERS
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp

TEXT = "An answer that took an hour to write."


@pytest.fixture
def page(rolled_back):
    proposal = make_draft(make_open_rfp())
    return f"/apply/proposals/{proposal.reference}/sections/impact", representative_of(proposal.organization)


def test_an_expired_token_keeps_the_typed_text(login, page):
    address, person = page

    client = login(person)
    response = client.post(address, data={"q1": TEXT, "csrf_token": "old"}, headers={"Sec-Fetch-Site": "same-origin"})

    assert (response.status_code, response.location) == (303, address)
    assert TEXT in client.get(address).text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}],
    ids=["fetch", "origin", "none"],
)
def test_another_sites_form_is_refused_and_not_offered_again(login, page, headers):
    address, person = page

    response = login(person).post(address, data={"q1": TEXT}, csrf=False, headers=headers)

    assert response.status_code == 400
    assert TEXT not in response.text


def test_a_form_sent_after_signing_out_keeps_the_typed_text(client, page):
    response = client.post(page[0], data={"q1": TEXT}, headers={"Sec-Fetch-Site": "same-origin"})

    assert response.status_code == 401
    assert TEXT in response.text


def test_secrets_are_never_given_back(client):
    response = client.post(
        "/sign-in",
        data={"email": "a@b.example", "password": "my secret", "csrf_token": "x"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert "my secret" not in response.text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", ""])
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("DELETE", "/apply", 405),
        ("TRACE", "/apply", 405),
        ("PUT", "/help", 405),
        ("GET", "/nothing-here", 404),
        ("GET", "/apply/proposals/%2e%2e%2fetc", 404),
        ("GET", "/" + "x" * 9000, 404),
        ("GET", "/cohorts/99999999999999999999", 404),
        ("GET", "/cohorts/-1", 404),
    ],
)
def test_strange_requests_get_a_page_not_a_fault(client, method, address, status):
    response = client.open(address, method=method, csrf=False)

    assert response.status_code == status
    if status == 405:
        assert "GET" in response.headers["Allow"]


def test_a_method_override_is_ignored(login, page):
    address, person = page

    response = login(person).get(address, headers={"X-HTTP-Method-Override": "POST"})

    assert response.status_code == 200


def test_a_program_gets_json(client):
    response = client.get("/nothing-here", headers={"Accept": "application/json"})

    assert response.json["error"] == "We can’t find that page"
    assert response.json["request_id"] == response.headers["X-Request-Id"]


def test_a_form_beyond_every_limit_is_refused(login, page):
    address, person = page

    response = login(person).post(address, data={"q1": "x" * 2_000_000})

    assert response.status_code == 413


def test_a_garbage_cookie_is_a_visitor(client):
    client.set_cookie("pglab", "garbage" * 500)

    assert client.get("/apply").status_code == 303


def test_every_answer_carries_the_headers(client, login):
    person = make_user()
    make_organization(person)
    answers = [
        client.get("/help"),
        client.get("/nothing-here"),
        client.get("/apply"),
        client.get("/static/nothing.css"),
        login(person).get("/apply"),
        login(person).get("/manage"),
    ]

    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.request.path
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_signed_in_pages_are_never_stored(login):
    response = login(make_user()).get("/apply")

    assert response.headers["Cache-Control"] == "no-store"
