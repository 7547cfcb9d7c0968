"""P3, its second half: how long an answer takes does not tell whether a proposal exists either.

Sample: every page that names a proposal, asked by a rival and by a program manager with the reference of somebody
else's draft and with two that nobody has, turn about, at once one after the other. Of each page the median of the
differences counts. The two that nobody has say how much the machine wavers: where that is more than the bound, nothing
was shown, and the scoreboard says so. A difference has to come back when it is measured again before it counts.
"""

import math
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from uuid import UUID

import pytest
from flask import Flask

from pglab.accounts.models import StaffRole
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_slots
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import fill, make_draft
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client, client_for
from tests.support.scoreboard import Scores

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("rolled_back")]

BOUND_MS, CHANCE = 5.0, 0.01
TURNS, AGAIN = 12, 2  # each order of the three as often
NOBODYS = ("L12-0000", "L12-0001")
ORDERS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))
Place = tuple[str, str]


@dataclass
class Measured:
    """Milliseconds by which the answer about a draft, and that about another reference nobody has, took longer than the
    answer about one nobody has; by who asked and the page."""

    there: dict[Place, list[float]] = field(default_factory=lambda: defaultdict(list))
    nowhere: dict[Place, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def noise(self) -> float:
        """By how much the medians of two answers that are alike are apart at most."""
        return max(abs(median(each)) for each in self.nowhere.values())

    @property
    def apart(self) -> float:
        """By how much the medians of a page are apart at most."""
        return max(abs(median(each)) for each in self.there.values())

    @property
    def longer(self) -> float:
        """By how much an answer about a draft takes longer, over all pages."""
        return median(difference for each in self.there.values() for difference in each)

    @property
    def slow(self) -> list[Place]:
        """The pages by whose time a draft is known."""
        return [place for place, each in self.there.items() if abs(median(each)) >= BOUND_MS]

    @property
    def chance(self) -> float:
        """How likely so many of the differences point the same way if there is none (sign test, two-sided)."""
        signs = [difference > 0 for each in self.there.values() for difference in each if difference]
        return math.erfc(abs(2 * sum(signs) - len(signs)) / math.sqrt(2 * max(len(signs), 1)))

    @property
    def pairs(self) -> int:
        return sum(len(each) for each in self.there.values())


@dataclass
class Guessing:
    """Somebody else's draft, and people who guess its reference."""

    app: Flask
    reference: str
    clients: dict[str, Client]
    pages: list[str]

    @property
    def places(self) -> list[Place]:
        return [(name, page) for name in self.clients for page in self.pages]


@pytest.fixture
def guessing(app: Flask) -> Guessing:
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    rival = make_user("Rita Rival")
    make_organization(rival)
    people = {"rival": rival, "manager": make_user("Some Manager", StaffRole.PROGRAM_MANAGER)}
    clients = {name: client_for(app).sign_in(user) for name, user in people.items()}
    return Guessing(app, draft.reference, clients, list(pages(app, rfp)))


def pages(app: Flask, rfp: Rfp) -> Iterator[str]:
    """Every page that names a proposal, with `{}` where its reference stands."""
    slot = list_slots(rfp.id)[0].slug
    known = {"reference": "{}", "proposal": "{}", "cohort": "12", "number": "1", "version": "1", "slug": slot}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.arguments & {"reference", "proposal"} and "GET" in (rule.methods or set()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known.get(name[1], str(UUID(int=1))), rule.rule)


def asked_for(client: Client, address: str) -> float:
    """Milliseconds until the whole answer is there."""
    began = time.perf_counter()
    client.get(address, check=False).get_data()
    return (time.perf_counter() - began) * 1000


def measure(guessing: Guessing, places: list[Place], turns: int) -> Measured:
    """Ask for each page with the draft's reference and with both that nobody has, in another order every turn."""
    found = Measured()
    references = (guessing.reference, *NOBODYS)
    for turn in range(turns + 1):
        for at, (name, page) in enumerate(places):
            took = [0.0, 0.0, 0.0]
            for which in ORDERS[(turn + at) % len(ORDERS)]:
                took[which] = asked_for(guessing.clients[name], page.format(references[which]))
            if turn:  # the first answer of a page also loads what it needs
                found.there[name, page].append(took[0] - took[1])
                found.nowhere[name, page].append(took[2] - took[1])
    return found


def lasting(guessing: Guessing, first: Measured, turns: int) -> list[Place]:
    """The pages by whose time the draft is known each time they are measured."""
    slow = first.slow
    for _ in range(AGAIN):
        slow = measure(guessing, slow, turns).slow if slow else []
    return slow


def test_how_long_an_answer_takes_does_not_tell_of_a_draft(guessing: Guessing, scored: Scores) -> None:
    found = measure(guessing, guessing.places, TURNS)
    slow = lasting(guessing, found, TURNS)
    figures = (
        f"{found.apart:.1f} ms apart at most, {found.longer:.2f} ms over all; alike ones {found.noise:.1f} ms at most; "
        f"p = {found.chance:.2g}"
    )
    if found.noise >= BOUND_MS:
        scored("P3", what=f"NOT SHOWN, the machine wavers too much: medians of pages {figures}", sample=found.pairs)
        return
    assert slow == [], figures
    shown = "" if found.chance > CHANCE else f"NOT SHOWN that nobody can tell by very many tries (p <= {CHANCE}): "
    what = f"{shown}pages whose median time tells a draft from none by {BOUND_MS:.0f} ms or more ({figures})"
    scored("P3", what=what, sample=found.pairs)


def test_a_page_that_takes_longer_for_a_draft_is_noticed(
    guessing: Guessing, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: one page takes its time when the draft is there."""
    monkeypatch.setitem(guessing.app.view_functions, "proposals.check", dawdling(guessing, "proposals.check"))
    places = [("rival", "/apply/proposals/{}/check"), ("rival", "/apply/proposals/{}")]
    assert set(places) <= set(guessing.places)
    found = measure(guessing, places, TURNS)
    slow = lasting(guessing, found, TURNS)
    if found.noise >= BOUND_MS:
        return
    assert slow == places[:1]
    scored("P3", control=f"a page that takes 30 ms longer for a draft is noticed ({found.apart:.0f} ms apart)")


def dawdling(guessing: Guessing, endpoint: str) -> Callable[..., object]:
    """The view as it is, after a while when the draft exists."""
    view = guessing.app.view_functions[endpoint]

    def slowly(**values: object) -> object:
        if values["reference"] == guessing.reference:
            time.sleep(0.03)
        return view(**values)

    slowly.access = view.access  # type: ignore[attr-defined]  # its own declaration goes with it
    return slowly
