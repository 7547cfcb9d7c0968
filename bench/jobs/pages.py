"""The public page of an open cohort: as it is kept, and as it is first made after a change."""

from itertools import repeat

from bench.client import Load, drive, one, request
from bench.measuring import alternate, report_pair
from bench.people import NOBODY
from bench.server import Server, floor, product
from bench.statements import count
from bench.world import OPEN_COHORT, city
from pglab.app import create_app

AT_ONCE, SECONDS = 32, 2.0
PAGE = f"/cohorts/{OPEN_COHORT}"


def loaded(server: Server, path: str) -> Load:
    """So many visitors asking for one page for a while."""
    return drive(server.port, (one(sent) for sent in repeat(request(path))), at_once=AT_ONCE, seconds=SECONDS)


def measure(job: str, ours: str, floors: str) -> None:
    """Our page against a floor's page of the same size."""
    with city() as (settings, _load):
        html = create_app(settings).test_client().get(PAGE).text
        with product(settings) as product_server, floor(settings, html) as floor_server:
            pair = alternate(lambda: loaded(product_server, ours), lambda: loaded(floor_server, floors))
        report_pair(job, pair, unit="req/s", sql=count(settings, NOBODY, PAGE), bytes=len(html.encode()))


def public_page() -> None:
    """Nothing has changed since the page was last asked for. The floor is a template alone."""
    measure("public_page", PAGE, "/page")


def public_page_cold() -> None:
    """Every request makes the page anew, as the first one after a change does. The floor has its one query.

    A question mark in the address keeps an answer from being kept, so each of these is a first one.
    """
    measure("public_page_cold", f"{PAGE}?fresh=1", "/queried")
