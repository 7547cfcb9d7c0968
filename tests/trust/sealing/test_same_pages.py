"""P3: before the opening nobody but a startup itself learns that a proposal exists, or how many there are.

Sample: every page that does not name a proposal, as the public, a rival, an evaluator and each kind of staff, with 0, 1
and 50 proposals, while the call is open and after it has closed: byte for byte the same but for tokens. And every route
that does name one, with a real reference and with one that nobody has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from config import Settings
from pglab.accounts.models import Organization, SignInSession, StaffRole, User
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db, transaction
from pglab.documents.services import Announced, start_upload
from pglab.proposals import services
from pglab.proposals.models import Proposal
from pglab.proposals.services import allow_counting
from pglab.reports.routes import DATASETS
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_areas, list_slots
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import make_submitted_proposal, representative_of
from tests.factories.reviews import make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.buckets import own_bucket
from tests.support.client import Client, client_for
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

MANY = 50
# What differs from one answer to the next for nobody's sake: form tokens, the number of a request, and how many seconds
# the reader's own session has left.
TOKENS = re.compile(rb'name="(?:csrf_token|idempotency_key)"[^>]*value="[^"]*"|[0-9a-f]{16}(?=</code>)|data-idle="\d+"')
# Figures about the machine (asked by themselves below), the machine's clock, and files.
LEFT_OUT = {"static", "admin.clock", "admin.metrics"}
NOBODYS = "L12-0000"
NOWHERE = str(UUID(int=1))


@dataclass
class World:
    """An open call, the people who look at it, and startups that may apply: all there before the first look."""

    app: Flask
    clock: OfficialClock
    rfp: Rfp
    clients: dict[str, Client]
    startups: list[Organization]
    applied: int = 0

    def apply_until(self, number: int) -> None:
        """Have startups submit until there are so many proposals; the first goes on drafting, with real files."""
        for organization in self.startups[self.applied : number]:
            proposal = make_submitted_proposal(self.rfp, organization)
            if organization is self.startups[0]:
                go_on_drafting(proposal, representative_of(organization))
        self.applied = max(self.applied, number)

    def look(self) -> dict[tuple[str, str], bytes]:
        """Every page as everybody, at one instant."""
        return {
            (name, address): said(client.get(address, check=False))
            for name, client in self.clients.items()
            for address in addresses(self.app, self.rfp)
        }


def go_on_drafting(proposal: Proposal, actor: User) -> None:
    """Another file instead of the one that was sent, and a large one on its way."""
    slot = list_slots(proposal.rfp_id)[0]
    announced = Announced(
        slot.title, services.upload_purpose(proposal, slot), slot.max_bytes, "large.pdf", 9_000_000, "f" * 64
    )
    with transaction():
        sent = SimpleNamespace(filename="newer.pdf", stream=BytesIO(make_pdf()))
        services.attach_file(proposal, slot, sent, actor=actor)
        start_upload(announced, actor=actor)


def said(response: TestResponse) -> bytes:
    """Status, the place a redirect leads to, and the page without its tokens."""
    body = TOKENS.sub(b"", response.get_data())
    head = f"{response.status_code} {response.headers.get('Location', '')} ".encode()
    response.close()
    return head + body


def addresses(app: Flask, rfp: Rfp) -> list[str]:
    """Every page that can be asked for without naming a proposal or a person."""
    known = {"cohort": ["12"], "dataset": list(DATASETS), "slug": [list_areas(rfp.cohort_id)[0].slug]}
    found = []
    for rule in app.url_map.iter_rules():
        asked = rule.arguments <= known.keys() and "GET" in (rule.methods or set())
        if asked and rule.endpoint not in LEFT_OUT and not rule.rule.startswith(("/dev/", "/apply/proposals")):
            several = next((known[name] for name in rule.arguments if len(known[name]) > 1), [""])
            found += [filled(rule, {name: one or known[name][0] for name in rule.arguments}) for one in several]
    return sorted(found)


def filled(rule: Rule, values: dict[str, str]) -> str:
    """The route's address with these values for its arguments."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda argument: values[argument.group(1)], rule.rule)


@pytest.fixture
def world(app: Flask, clock: OfficialClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """What tells the machine's own time is asked at one second of it: the status page, and a person's sessions."""
    instant = machine_now()
    monkeypatch.setattr("pglab.public.routes.plain.machine_now", lambda: instant)
    rfp = make_open_rfp()
    (seat,) = make_panel(rfp, "Avery Chen")
    rival = make_user("Rita Rival")
    make_organization(rival)
    people: dict[str, User | None] = {"public": None, "rival": rival, "evaluator": seat.user}
    people |= {role.value: make_user(f"Some {role.value}", role) for role in StaffRole}
    startups = [make_organization(make_user("Rita Representative")) for _ in range(MANY)]
    clients = {
        name: client_for(app) if user is None else client_for(app).sign_in(user) for name, user in people.items()
    }
    db.session.execute(update(SignInSession).values(seen_at=instant + timedelta(days=1)))
    with own_bucket(app):
        yield World(app, clock, rfp, clients, startups)


Look = dict[tuple[str, str], bytes]


def looks_at(world: World, state: str, proposals: tuple[int, ...]) -> list[Look]:
    """Every page with each number of proposals. They arrive while the clock runs; each look is at the same instant,
    before the deadline or after it."""
    looks = []
    instant = {"open": official_now(), "closed": world.rfp.closes_at}[state] + timedelta(hours=1)
    for number in proposals:
        world.clock.reset()
        world.apply_until(number)
        world.clock.freeze(instant)
        looks.append(world.look())
    return looks


def unequal(looks: list[Look]) -> list[str]:
    """The pages that are not the same in every look."""
    places = [place for place, page in looks[0].items() if any(look[place] != page for look in looks)]
    return sorted(f"{name} {address}" for name, address in places)


def differences(world: World, state: str, proposals: tuple[int, ...]) -> tuple[int, list[str]]:
    """How many pages were compared, and which of them tell how many proposals there are."""
    looks = looks_at(world, state, proposals)
    return sum(len(pages) for pages in looks), unequal(looks)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_pages_are_the_same_with_none_one_and_fifty_proposals(world: World, scored: Scores, state: str) -> None:
    looked, told = differences(world, state, (0, 1, MANY))
    assert told == []
    assert looked >= 1500
    scored("P3", what=f"pages that differ with 0, 1 and 50 sealed proposals (call {state})", sample=looked)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_page_that_counts_is_noticed(
    world: World, scored: Scores, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Control: one page that says how many there are, through the worker's eyes."""
    view = world.app.view_functions["rfps.cohort_page"]

    def counting(**values: object) -> object:
        page = view(**values)
        db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
        return f"{page}<!-- {db.session.query(Proposal).count()} -->"

    counting.access = view.access  # type: ignore[attr-defined]  # its own declaration goes with it
    world.clients = {"public": world.clients["public"]}
    monkeypatch.setitem(world.app.view_functions, "rfps.cohort_page", counting)
    _looked, told = differences(world, state, (0, 1))
    assert told == ["public /cohorts/12"]
    scored("P3", control=f"a page that counts proposals is noticed (call {state})")


# ---- Where the City chose to count (SEALED_COUNTS, decision 0028) ----

COUNTED = re.compile(rb"\b(\d+) proposals? (?:was|were) submitted(?:\. Who sent (?:it|them) stays sealed)?")
COHORT_PAGES = {f"{role} /manage/cohorts/12" for role in ("program_manager", "director")}
OPENING_PAGES = {f"{page}/opening" for page in COHORT_PAGES}


@pytest.fixture
def counting(world: World, settings: Settings) -> Iterator[World]:
    """The same world where the setting is `count` and the owner allowed it."""
    kept = world.app.config["SETTINGS"]
    world.app.config["SETTINGS"] = replace(kept, sealed_counts="count")
    allow_counting(world.app.config["SETTINGS"])
    yield world
    world.app.config["SETTINGS"] = kept
    allow_counting(settings)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_where_the_city_counts_only_the_number_differs(counting: World, scored: Scores, state: str) -> None:
    """Two pages of those who open differ, in the number alone; without it they too are the same. (The opening asks
    for a fresh sign-in, so that a slow look finds it closed; the cohort page is always there.)"""
    looks = looks_at(counting, state, (0, 1, MANY))
    told = set(unequal(looks))
    assert COHORT_PAGES <= told <= COHORT_PAGES | OPENING_PAGES
    for number, look in zip((0, 1, MANY), looks, strict=True):
        assert [int(said) for said in COUNTED.findall(look["director", "/manage/cohorts/12"])] == [number]
    without = [{place: COUNTED.sub(b"", page) for place, page in look.items()} for look in looks]
    assert unequal(without) == []
    scored(
        "P3",
        what=f"pages that tell more than the number where the City counts (call {state})",
        sample=sum(len(pages) for pages in looks),
        control=f"where the City counts, {len(told)} pages differ, in the number alone (call {state})",
    )


# ---- A reference that somebody guessed ----


def guesses(world: World, reference: str) -> Iterator[tuple[str, str]]:
    """Every route that names a proposal, with this reference: its method and address."""
    values = {
        "reference": reference,
        "proposal": reference,
        "cohort": "12",
        "number": "1",
        "version": "1",
        "slug": list_slots(world.rfp.id)[0].slug,
        "slot": list_slots(world.rfp.id)[0].slug,
    }
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.arguments & {"reference", "proposal"}:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, filled(rule, {name: values.get(name, NOWHERE) for name in rule.arguments})


def unlike(world: World, client: Client, reference: str) -> list[str]:
    """The routes that answer otherwise about this proposal than about one there is not."""
    told = []
    real, none = guesses(world, reference), guesses(world, NOBODYS)
    for (method, address), (_method, nowhere) in zip(real, none, strict=True):
        answers = [said(client.open(one, method=method, check=False)) for one in (address, nowhere)]
        if answers[0].replace(reference.encode(), NOBODYS.encode()) != answers[1]:
            told.append(f"{method} {nowhere}")
    return told


def test_a_guessed_reference_is_answered_like_one_that_does_not_exist(world: World, scored: Scores) -> None:
    world.apply_until(1)
    reference = make_submitted_proposal(world.rfp, world.startups[1]).reference
    owner = client_for(world.app).sign_in(representative_of(world.startups[1]))
    routes = len(list(guesses(world, reference)))
    told = {}
    for state, instant in (("open", official_now()), ("closed", world.rfp.closes_at + timedelta(hours=1))):
        world.clock.freeze(instant)
        told |= {f"{state} {name}": unlike(world, client, reference) for name, client in world.clients.items()}
    seen = unlike(world, owner, reference)
    assert {name: routes for name, routes in told.items() if routes} == {}
    assert len(seen) >= 10
    scored(
        "P3",
        what="answers about a proposal by its reference, unlike those about one that does not exist",
        sample=2 * routes * len(world.clients),
        control=f"its own startup gets {len(seen)} of {routes} answers otherwise",
    )
