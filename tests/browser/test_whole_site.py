"""The whole site for everybody on every device: each kind of page of the demo, found along the links, at the widths of
a desk, a phone and a very small phone, at four times the size, in forced colors, and with motion reduced."""

import re
from collections import defaultdict
from collections.abc import Callable

import pytest

from pglab.accounts.services import PERSONAS, SIGHTS
from tests.browser.checking import Inspector
from tests.browser.finding import A_FEW, EVERY_COHORT, Found, find_pages
from tests.browser.people import Reader
from tests.browser.places import NOBODY, places
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROUPS = {NOBODY: "Public"} | {persona.name: persona.group for persona in PERSONAS}
# What has been looked at so far, whoever looked: the parts of pages, those of each view, and its longest word.
PARTS: set[str] = set()
OF_VIEW: dict[str, set[str]] = defaultdict(set)
LONGEST: dict[str, int] = defaultdict(int)
WALKED: set[str] = set()


@pytest.mark.parametrize("name", GROUPS)
def test_every_kind_of_page_holds_on_every_device(name: str, demo: Site, a_window: Callable[..., Reader]):
    reader, inspector = a_window(demo, name, None), Inspector()
    if name != NOBODY:
        reader.be(name)
    inspector.watch(reader.page, name)
    first = GROUPS[name] not in WALKED
    WALKED.add(GROUPS[name])
    begin = ["/", "/cohorts", "/account/home", *(address for _, address in places(demo.app).get(name, []))]
    shown = [sight.cohort for sight in SIGHTS if name in (NOBODY, *sight.who)]
    begin += [f"{where}/{cohort}" for cohort in shown for where in ("/cohorts", "/manage/cohorts")]
    asking = reader.page.context.request
    found = list(find_pages(demo.app, asking, demo.address, begin, EVERY_COHORT if first else A_FEW))
    for page in found:
        visit(reader, inspector, page)
    assert not_come_to(name, [page.address for page in found]) == []
    inspector.is_content()


def not_come_to(name: str, addresses: list[str]) -> list[int]:
    """The cohorts of the demo that this person was to see something in, and of which no page was found."""
    return [
        sight.cohort
        for sight in SIGHTS
        if name in sight.who
        and not any(re.search(rf"cohorts/{sight.cohort}\b|/.{sight.cohort}-", each) for each in addresses)
    ]


def visit(reader: Reader, inspector: Inspector, page: Found) -> None:
    """A page with a part that no page has shown before is looked at in every way; one that puts known parts together
    anew, on a desk and at four times the size; one with a longer word, where there is least room."""
    name = f"site-{reader.name.split(' ')[0].lower()}-{page.address.strip('/').replace('/', '-')[-60:] or 'home'}"
    looks = (
        inspector.look_everywhere
        if page.parts - PARTS
        else inspector.look_plain_and_enlarged
        if page.view not in OF_VIEW or page.parts - OF_VIEW[page.view]
        else inspector.look_narrow
        if page.longest > LONGEST[page.view]
        else None
    )
    if looks:
        reader.page.goto(reader.site.address + page.address)
        looks(reader.page, name)
    PARTS.update(page.parts)
    OF_VIEW[page.view] |= page.parts
    LONGEST[page.view] = max(page.longest, LONGEST[page.view])


def test_a_page_that_breaks_is_noticed(demo: Site, a_window: Callable[..., Reader]):
    """Negative control: something wide, a wide card, something without a label and something that moves are found."""
    reader, inspector = a_window(demo, NOBODY, None), Inspector()
    reader.page.goto(demo.address + "/transparency")
    reader.page.evaluate(BROKEN)

    inspector.look_everywhere(reader.page, "site-broken")

    found = "\n".join(inspector.problems)
    assert "scrolls sideways" in found
    assert "label" in found
    assert "moves although motion is reduced" in found
    assert "shows cards that are cut" in found


BROKEN = """() => {
  const wide = document.createElement('p');
  wide.textContent = 'x'.repeat(400); wide.style.overflowWrap = 'normal'; wide.style.wordBreak = 'normal';
  wide.style.maxWidth = 'none'; wide.style.hyphens = 'none';
  const silent = document.createElement('input');
  document.querySelector('main').append(wide, silent);
  const cell = document.querySelector('.scroll .table td');
  cell.style.minWidth = '60rem';
  wide.animate([{opacity: 0}, {opacity: 1}], {duration: 1e6});
}"""
