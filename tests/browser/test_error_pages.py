"""Every refusal and fault, brought about for real: a page in the site's look that loses nothing of what was typed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from pglab.cli.demo import city
from tests.browser.checking import DESK, SMALL, Inspector
from tests.browser.people import Reader
from tests.support import databases
from tests.support.site import Site

pytestmark = pytest.mark.browser

HAND_IN = "/workspace/P90-01/milestones/3"
LONG = "We count near misses. " * 46_000
SHAPES: set[tuple[str, int]] = set()


@pytest.fixture
def reader(demo: Site, a_window: Callable[..., Reader], inspector: Inspector) -> Iterator[Callable[[str], Reader]]:
    """Somebody of the demo at a window; every page they get is looked at, at last also narrow."""
    inspector.shapes = SHAPES
    yield lambda name: a_window(demo, name, inspector).be(name)
    inspector.is_content()


def narrow(reader: Reader) -> Reader:
    """Nothing of the page is cut off on a very small phone, and there is a way to somebody who helps."""
    assert reader.inspector is not None
    reader.inspector.look(reader.page, f"error-{reader.status}", audit=(DESK, SMALL))
    return reader.sees("contact us")


@contextmanager
def without_database(site: Site) -> Iterator[None]:
    """Nobody can connect to the site's database, and whoever was connected is not any more."""
    name = make_url(site.settings.database_url).database
    with databases.superuser() as owner:
        owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@contextmanager
def with_a_fault(site: Site) -> Iterator[None]:
    """A table of the product is not where the code expects it."""
    with databases.superuser(str(make_url(site.settings.database_url).database)) as owner:
        owner.execute("ALTER TABLE criteria RENAME TO criteria_moved")
        try:
            yield
        finally:
            owner.execute("ALTER TABLE criteria_moved RENAME TO criteria")


def test_what_is_not_there_or_not_for_you(reader: Callable[[str], Reader]):
    founder = reader("Dana Ruiz")
    narrow(founder.open("/admin", expect=403)).sees("You can’t open this page")
    narrow(founder.open("/no-such-page", expect=404)).sees("We can’t find that page")


def test_typing_that_is_refused_stays(reader: Callable[[str], Reader]):
    founder = reader("Dana Ruiz").open("/account/name")
    founder.press("Save", expect=422, name="x" * 300)
    narrow_form(founder)
    assert founder.page.locator("main [name=name]").input_value() == "x" * 300


def narrow_form(reader: Reader) -> None:
    assert reader.inspector is not None
    reader.inspector.look(reader.page, f"error-{reader.status}", audit=(DESK, SMALL))


def test_more_text_than_a_form_takes_is_called_text_and_given_back(demo: Site, a_window: Callable[..., Reader]):
    founder = a_window(demo, "Dana Ruiz").be("Dana Ruiz").open("/account/name")
    founder.page.locator("main [name=name]").evaluate("(field, text) => { field.value = text }", LONG)
    founder.press("Save", expect=413)
    assert founder.page.locator("h1").inner_text() == "That is more text than a form takes"
    assert "25 MB" not in founder.page.locator("main .prose").inner_text()
    assert founder.page.get_by_label("Name").input_value().strip() == LONG.strip()


def test_a_file_that_is_too_large_and_what_was_typed_above_it(reader: Callable[[str], Reader], tmp_path: Path):
    founder = reader("Dana Ruiz")
    founder.page.route("**/upload-*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    founder.open(HAND_IN)
    film = tmp_path / "film.pdf"
    with film.open("wb") as file:
        file.truncate(30_000_000)
    words = "Page 2 shows the readings.\r\nPage 3 says what comes next."
    narrow_form(founder.press("Hand in milestone 3", expect=413, note=words, file=film))
    founder.sees("The file can be up to 25 MB", "What counts as done")
    assert founder.page.locator("main [name=note]").input_value() == words.replace("\r\n", "\n")
    founder.open(HAND_IN).sees("Nothing is handed in yet")


def test_a_file_too_large_for_its_place_in_a_proposal(demo: Site, a_window: Callable[..., Reader], tmp_path: Path):
    """26 MB, sent without scripts: the same page says so beside the field, and the file that was there still is."""
    founder = a_window(demo, "Dana Ruiz", scripts=False).be("Dana Ruiz").open("/apply")
    link = founder.page.locator("main a[href^='/apply/proposals/L12-']").first.get_attribute("href")
    place = f"/apply/proposals/{str(link).split('/')[3]}/documents/pitch-deck"
    before = founder.open(place).page.locator("main dl").first.inner_text()
    film = tmp_path / "film.pdf"
    with film.open("wb") as file:
        file.truncate(26 * 1024 * 1024 + 1)
    founder.press("Upload", expect=413, file=film).sees("There is a problem", "The file can be up to 25 MB")
    founder.does_not_see("Your text")
    assert founder.path == place
    assert founder.page.locator("main [type=file]").get_attribute("aria-invalid") == "true"
    assert founder.page.locator("main dl").first.inner_text() == before


def test_an_answer_that_was_given_already(demo: Site, reader: Callable[[str], Reader]):
    with demo.app.app_context():
        reference = city.proposal(97, "curbsense").reference
    first, second = reader("Dana Ruiz"), reader("Dana Ruiz")
    for window in (first, second):
        window.open(f"/apply/proposals/{reference}/award-response")
    first.press("Accept award")
    narrow(second.press("Accept award", expect=409)).sees("This has changed since you opened it")


def test_scores_that_come_too_late_are_given_back(demo: Site, reader: Callable[[str], Reader]):
    with demo.app.app_context():
        reference = city.proposal(95, "curbsense").reference
    evaluator, manager = reader("Carl Dietz"), reader("Priya Shah")
    evaluator.open(f"/review/proposals/{reference}")
    manager.open("/manage/cohorts/95/panel-stage").press("Open the panel stage", reason="One evaluator is ill.")
    words = "It names the group and how it is counted."
    narrow(evaluator.press("Mark as final", expect=410, **{"explanation-1": words}))
    assert words in [box.input_value() for box in evaluator.page.locator("main textarea[readonly]").all()]
    assert re.search(r"This reached us on \w+, .+ [ap]\.m\. ET\. What you typed stands below", evaluator.words())


def test_too_many_tries(demo: Site, a_window: Callable[..., Reader], inspector: Inspector):
    inspector.shapes = SHAPES
    stranger = a_window(demo, "stranger", inspector)
    for _ in range(5):
        stranger.open("/sign-in").press("Sign in", expect=422, email="helen.novak@example.org", password="not this one")
    stranger.open("/sign-in").press("Sign in", expect=429, email="helen.novak@example.org", password="not this one")
    narrow_form(stranger)
    assert stranger.page.locator("main [name=email]").input_value() == "helen.novak@example.org"
    inspector.is_content()


def test_a_fault_of_ours(demo: Site, reader: Callable[[str], Reader]):
    manager = reader("Priya Shah")
    with with_a_fault(demo):
        narrow(manager.open("/manage/cohorts/13", expect=500)).sees(
            "Something went wrong on our side", "Number of this"
        )
    manager.open("/manage/cohorts/13")


def test_a_database_that_is_away_and_comes_back(demo: Site, reader: Callable[[str], Reader]):
    founder = reader("Dana Ruiz").open("/account/name")
    with without_database(demo):
        narrow(founder.press("Save", expect=503, name="Dana A. Ruiz")).sees("isn’t answering", "Nothing was saved")
        assert founder.page.get_by_label("Name").input_value() == "Dana A. Ruiz"
        founder.open("/account", expect=503)
    founder.open("/account").sees("Dana Ruiz")


def test_the_deadline_while_a_page_was_open(demo: Site, reader: Callable[[str], Reader]):
    founder = reader("Ana Silva").open("/apply").follow("Start a proposal for cohort 12")
    area = founder.page.get_by_label("Cooler neighborhoods").get_attribute("value")
    with demo.app.app_context():
        demo.clock.freeze(city.rfp(12).closes_at + timedelta(seconds=1))
    try:
        narrow(founder.press("Start proposal", expect=410, area=area)).sees("The time for this has passed")
    finally:
        demo.clock.reset()
