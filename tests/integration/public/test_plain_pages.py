"""The pages that say the same to everyone, and the one that says whether the site works."""

import re

import pytest

from pglab.admin import queries as health
from pglab.public.routes import plain
from tests.factories.accounts import make_user

PAGES = ["/help", "/contact", "/accessibility", "/privacy", "/terms", "/public-records"]


@pytest.mark.parametrize("address", PAGES)
def test_everyone_reads_them(client, login, address):
    assert client.get(address).status_code == 200
    assert login(make_user()).get(address).status_code == 200


@pytest.mark.parametrize("address", [*PAGES, "/", "/cohorts", "/status"])
def test_every_link_of_a_plain_page_leads_somewhere(client, monkeypatch, address):
    monkeypatch.setattr(plain, "list_checks", working)
    for path in set(re.findall(r'href="(/[^"#?]*)', client.get(address).text)):
        if not path.startswith("/static"):
            assert client.get(path, follow_redirects=True).status_code == 200, path


def test_the_contact_page_names_the_page_somebody_came_from_and_nothing_dangerous(client):
    assert "/cohorts/12" in client.get("/contact?page=/cohorts/12").text
    page = client.get("/contact", query_string={"page": '/"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert client.get("/contact?page=javascript:alert(1)").text.count("javascript:") == 0


def working(but: str = "") -> list[health.Check]:
    return [health.Check(name, name != but, "") for name in ("database", "store", "worker")]


def test_status_is_good_news_when_everything_answers(client, monkeypatch):
    monkeypatch.setattr(plain, "list_checks", working)

    response = client.get("/status")

    assert (response.status_code, "Everything is working" in response.text) == (200, True)
    assert response.headers["Cache-Control"] == "no-store"


def test_status_asks_the_parts_themselves(client):
    page = client.get("/status").text

    assert page.count("Working") + page.count("Not answering") == 3


@pytest.mark.parametrize("part", ["database", "store", "worker"])
def test_status_says_which_part_does_not_answer_also_to_somebody_signed_in(client, login, monkeypatch, part):
    monkeypatch.setattr(plain, "list_checks", lambda: working(but=part))
    for visitor in (client, login(make_user())):
        response = visitor.get("/status")

        assert response.status_code == 503
        assert response.text.count("Not answering") == 1
