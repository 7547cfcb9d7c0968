"""The whole site for everybody on every device: each kind of page of the demo, found along the links, at the widths of
a desk, a phone and a very small phone, at four times the size, in forced colors, and with motion reduced."""

from collections.abc import Callable

import pytest

from pglab.accounts.services import PERSONAS
from tests.browser.checking import Inspector
from tests.browser.finding import Found, find_pages
from tests.browser.people import Reader
from tests.browser.places import NOBODY, places
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What the pages of others already show in the same way.
ALIKE = {"Bianca Ortiz", "Marisol Vega"}
EVERYBODY = [NOBODY, *(persona.name for persona in PERSONAS if persona.name not in ALIKE)]
# The longest word seen so far in a kind of page; a kind is looked at again, narrow, when a longer one comes.
SEEN: dict[str, int] = {}


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_kind_of_page_holds_on_every_device(
    name: str, demo: Site, inspector: Inspector, a_window: Callable[..., Reader]
):
    reader = a_window(demo, name, None)
    if name != NOBODY:
        reader.be(name)
    inspector.watch(reader.page, name)
    begin = ["/", "/cohorts", "/account/home"]
    begin += [address for _, address in places(demo.app).get(name, [])]
    found = list(find_pages(demo.app, reader.page.context.request, demo.address, begin))
    for page in found:
        visit(reader, inspector, page)
    assert len(found) > len(begin) // 2
    inspector.is_content()


def visit(reader: Reader, inspector: Inspector, page: Found) -> None:
    """A new kind of page is looked at in every way, a known one with a longer word only narrow."""
    name = f"site-{reader.name.split(' ')[0].lower()}-{page.address.strip('/').replace('/', '-')[-60:] or 'home'}"
    if page.shape not in SEEN:
        reader.page.goto(reader.site.address + page.address)
        inspector.look_everywhere(reader.page, name)
    elif page.longest > SEEN[page.shape]:
        reader.page.goto(reader.site.address + page.address)
        inspector.look_narrow(reader.page, name)
    SEEN[page.shape] = max(page.longest, SEEN.get(page.shape, 0))


def test_a_page_that_breaks_is_noticed(demo: Site, a_window: Callable[..., Reader]):
    """Negative control: something wide, something without a label and something that moves are each found."""
    reader, inspector = a_window(demo, NOBODY, None), Inspector()
    reader.page.goto(demo.address + "/help")
    reader.page.evaluate(BROKEN)

    inspector.look_everywhere(reader.page, "site-broken")

    found = "\n".join(inspector.problems)
    assert "scrolls sideways" in found
    assert "label" in found
    assert "moves although motion is reduced" in found


BROKEN = """() => {
  const wide = document.createElement('p');
  wide.textContent = 'x'.repeat(400); wide.style.overflowWrap = 'normal'; wide.style.wordBreak = 'normal';
  wide.style.maxWidth = 'none'; wide.style.hyphens = 'none';
  const silent = document.createElement('input');
  document.querySelector('main').append(wide, silent);
  wide.animate([{opacity: 0}, {opacity: 1}], {duration: 1e6});
}"""
