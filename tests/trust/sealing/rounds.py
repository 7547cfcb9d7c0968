"""A round through the portal: every place asked for as each of these people, every answer searched for canaries."""

import itertools
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from flask import Flask

from pglab.core.db import db
from tests.support.client import Client, client_for
from tests.support.undoing import undone
from tests.trust.sealing.canaries import Planted
from tests.trust.sealing.searching import Search
from tests.trust.world import Place, person

# Lists and figures, where words to search for may be given.
SEARCHED = ("admin.", "outbox.", "payments.", "public.", "reports.", "rfps.manage")
# The mail that a developer's machine keeps instead of sending: its owner's receipt lies there, in production nothing.
KEPT_MAIL = "outbox.kept_mail"


@dataclass
class Sweep:
    """What a round of requests showed: how many answers were searched, and where which canary turned up."""

    answers: int = 0
    leaks: dict[str, set[str]] = field(default_factory=dict)

    def note(self, name: str, found: set[str]) -> None:
        self.answers += 1
        if found:
            self.leaks.setdefault(name, set()).update(found)


@dataclass
class City:
    """The product on a copy of the demo city in which one more startup has applied; `own` is what it sees itself."""

    app: Flask
    planted: Planted
    listed: list[Place]
    own: set[str] = field(default_factory=set)

    @cached_property
    def words(self) -> Search:
        """Finds content."""
        return Search(self.planted.words)

    @cached_property
    def _searches(self) -> dict[tuple[str, ...], Search]:
        return {}

    def search_for(self, address: str) -> Search:
        """Finds content and whatever tells that the proposal exists, but what stands in the address itself: a page may
        say what it was asked for."""
        names = {place: word for place, word in self.planted.names.items() if word not in address}
        key = tuple(names)
        if key not in self._searches:
            self._searches[key] = Search({**self.planted.words, **names})
        return self._searches[key]


def sweep(city: City, listed: list[Place], roles: list[str], *, searching: bool = False) -> Sweep:
    """Ask for every place as each of these people, and look for canaries in every answer and every line logged."""
    found = Sweep()
    for role in roles:
        with undone(city.app), listening() as lines:
            client = signed_in(city.app, role)
            for place, tail in itertools.chain.from_iterable(asked(city, place, searching) for place in listed):
                address = place.address + tail
                response = client.open(address, method=place.method, check=False)
                search = city.words if place.endpoint.startswith(KEPT_MAIL) else city.search_for(address)
                found.note(f"{role}: {place.name}{tail}", search.in_response(response))
                response.close()
                if place.method != "GET" and "_user_id" not in session_of(client):
                    client = signed_in(city.app, role)  # it was the sign-out
        assert len(lines) >= len(listed), "a request leaves a line in the log"
        if told := city.search_for("").in_bytes("\n".join(lines).encode()):
            found.leaks[f"{role}: the log"] = told
    return found


def asked(city: City, place: Place, searching: bool) -> list[tuple[Place, str]]:
    """The place as it is; lists also with half a canary and the proposal's reference, to search for."""
    if not (searching and place.method == "GET" and place.endpoint.startswith(SEARCHED)):
        return [(place, "")]
    half, reference = next(iter(city.planted.words.values()))[:16], city.planted.names["reference"]
    return [(place, ""), (place, f"?q={half}&subject={reference}&search={half}")]


@contextmanager
def listening() -> Iterator[list[str]]:
    """Every line that the product logs meanwhile, as it is set up to log in production."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))  # a fault's traceback comes with it
    handler.emit = lambda entry: lines.append(handler.format(entry))  # type: ignore[method-assign]  # only a list
    root, requests = logging.getLogger(), logging.getLogger("pglab.requests")
    before = requests.level, requests.propagate
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    requests.propagate = True
    try:
        yield lines
    finally:
        requests.setLevel(before[0])
        requests.propagate = before[1]
        root.removeHandler(handler)


def signed_in(app: Flask, role: str) -> Client:
    """This person at a browser of their own; the visitor and the switched-off account as such."""
    user, client = person(role), client_for(app)
    if user is not None:
        client.sign_in(user)
        if role == "disabled":
            user.active = False
            db.session.commit()
    return client


def session_of(client: Client) -> Mapping[str, object]:
    with client.session_transaction() as session:
        return dict(session)
