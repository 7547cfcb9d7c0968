"""A cohort that is not published: every page and act about it, tried by everyone who is not City staff, is refused, and
no answer tells more than one about a cohort that does not exist. Of the staff, only the program's come to its setup."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from pglab.cli.demo import city as demo_city
from pglab.rfps.states import RfpStatus
from tests.support.client import Client, client_for
from tests.support.demo import a_demo_city
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.world import PEOPLE, address, person

pytestmark = pytest.mark.slow

DRAFT, NOBODYS = 13, 998
PROGRAM, OTHER_STAFF = {"manager", "director", "auditor"}, {"admin", "finance"}
# Of several people of one kind one is enough here; a disabled account is nobody.
REFUSED = sorted(PEOPLE.keys() - PROGRAM - {"disabled", "teammate", "rival", "onlooker", "conflicted"})


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    """The product on the demo city, in which cohort 13 is half built."""
    with a_demo_city("unpublished") as app:
        yield app


def about_a_cohort(app: Flask) -> list[tuple[str, str]]:
    """Method and address of every route about a cohort, with its number still to be put in."""
    return [
        (method, re.sub(r"(?<=/cohorts/)\d+", "{}", address(rule, "sealed")))
        for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.endpoint, each.rule))
        if "cohort" in rule.arguments and of_the_call(rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def of_the_call(rule: Rule) -> bool:
    return "/cohorts/<int:cohort>" in rule.rule


def told(client: Client, method: str, where: str, number: int) -> tuple[int, str]:
    """Status, and where it leads, without the number that was asked for."""
    response = client.open(where.format(number), method=method, check=False)
    response.close()
    return response.status_code, response.headers.get("Location", "").replace(f"/cohorts/{number}", "/cohorts/{}")


def test_nobody_else_learns_of_a_cohort_that_is_not_published(city: Flask, scored: Scores):
    with undone(city):
        assert demo_city.rfp(DRAFT).status is RfpStatus.DRAFT
        routes, tried = about_a_cohort(city), 0
        for role in REFUSED:
            client, user = client_for(city), person(role)
            if user is not None:
                client.sign_in(user)
            for method, where in [each for each in routes if role not in OTHER_STAFF or each[1].startswith("/manage")]:
                of_draft = told(client, method, where, DRAFT)
                assert of_draft[0] in (401, 403, 404) or "/sign-in" in of_draft[1], (role, method, where, of_draft)
                if not where.startswith("/manage"):  # there the role is asked for before the cohort
                    assert of_draft == told(client, method, where, NOBODYS), (role, method, where)
                tried += 1
        seen = client_for(city).sign_in(demo_city.person("Priya Shah"))
        assert told(seen, "GET", "/cohorts/{}", DRAFT)[0] == 200, "the walk must notice whoever is let in"
    scored("P19", what="answers about an unpublished cohort that tell more than those about none", sample=tried)
    scored("P19", control="the program manager’s answer about the same cohort differed")
