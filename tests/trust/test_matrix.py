"""P19, P40, P41: every (person, route, method, state) cell has a declared answer; no GET writes; answers are fenced.

`matrix.txt` is the declaration. After a wanted change `.venv/bin/python -m tests.trust.test_matrix` writes it anew;
read the difference before you commit it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.adapters.storage import current_store
from pglab.core.db import db
from pglab.web.security import HEADERS, Access, Audience, content_security_policy, is_one_click
from tests.support import databases
from tests.support.client import client_for
from tests.support.demo import a_demo_city, demo_database
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.world import PEOPLE, Place, person, places

pytestmark = pytest.mark.slow

MATRIX = Path(__file__).with_name("matrix.txt")
# The pages that send files straight to the store, and so name it in their security policy.
UPLOADING = {
    "pilots.hand_in", "pilots.milestone", "proposals.document", "proposals.redacted_copy", "proposals.respond",
}  # fmt: skip
# Reads of sealed or personal things are noted; nothing else may a GET write.
WRITTEN_BY_READING = {"access_log"}
WRITTEN = "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"


@dataclass(frozen=True)
class Visit:
    """What came of one request: the answer in a word, the tables it wrote, the headers it lacked."""

    place: Place
    role: str
    said: str
    written: frozenset[str]
    lacking: frozenset[str]


def visit(app: Flask, role: str, place: Place) -> Visit:
    """Make one request as one person, and undo it."""
    with undone(app):
        user = person(role)
        client = client_for(app)
        if user is not None:
            client.sign_in(user)
        if user is not None and role == "disabled":
            user.active = False
            db.session.commit()
        before = set(db.session.scalars(text(WRITTEN)))
        response = client.open(place.address, method=place.method, check=False)
        written = set(db.session.scalars(text(WRITTEN))) - before
        lacking = {name for name, value in HEADERS.items() if response.headers.get(name) != value}
        if "Content-Disposition" in response.headers:  # a file is fenced more tightly than a page
            lacking -= {"Content-Security-Policy"}
        if place.endpoint in UPLOADING and response.headers["Content-Security-Policy"] == naming_the_store(app):
            lacking -= {"Content-Security-Policy"}
        elsewhere = response.status_code in (302, 303) and "/sign-in" in response.headers.get("Location", "")
        said = "sign-in" if elsewhere else str(response.status_code)
        response.close()
        return Visit(place, role, said, frozenset(written), frozenset(lacking))


def naming_the_store(app: Flask) -> str:
    """The policy of a page that sends files straight to the store."""
    with app.app_context():
        return content_security_policy(current_store().browser_origin())


def visit_all(app: Flask) -> list[Visit]:
    with app.app_context():
        listed = places(app)
        db.session.remove()
    return [visit(app, role, place) for place in listed for role in PEOPLE]


def as_lines(visits: list[Visit]) -> list[str]:
    """The matrix as it is committed: a line a place, the answers in the order of PEOPLE."""
    rows: dict[Place, list[str]] = {}
    for one in visits:
        rows.setdefault(one.place, []).append(one.said)
    return ["# " + " ".join(PEOPLE), *(f"{place.name}: {' '.join(said)}" for place, said in rows.items())]


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    """The product on the demo city."""
    with a_demo_city("matrix") as app:
        yield app


@pytest.fixture(scope="module")
def visits(city: Flask) -> list[Visit]:
    """Every person at every place, once."""
    return visit_all(city)


def test_every_cell_is_answered_as_declared(visits: list[Visit], scored: Scores):
    assert as_lines(visits) == MATRIX.read_text().splitlines()
    scored("P19", what="cells (person × route × method × state), not as declared", sample=len(visits))


def test_the_answers_keep_what_the_routes_declare(city: Flask, visits: list[Visit]):
    """The file cannot promise too much: what may be answered is derived from the declarations."""
    wrong = [
        (one.place.name, one.role, one.said)
        for one in visits
        if not allowed(city.view_functions[one.place.endpoint].access, one)  # type: ignore[attr-defined]  # declared
        or sealed_leak(one)
    ]
    assert wrong == []


def allowed(access: Access, one: Visit) -> bool:
    """Whether an answer is one the declaration permits for this person."""
    if one.said.startswith("5") and one.place.endpoint not in ("admin.ready", "public.status"):
        return False  # these two say 503 while no worker runs
    if access.audience in (Audience.PUBLIC, Audience.DEVELOPMENT):
        return True
    if one.role in ("visitor", "disabled"):
        return one.said == ("sign-in" if one.place.method == "GET" else "401")
    held = {"manager": "program_manager"}.get(one.role, one.role)
    return access.audience is not Audience.ROLES or held in {r.value for r in access.roles} or one.said == "403"


def sealed_leak(one: Visit) -> bool:
    """Before the opening nobody but the proposal's own team gets an answer that a missing one would not get."""
    outsider = one.role not in ("founder", "teammate")
    return one.place.endpoint in SEALED_PLACES and one.place.state == "sealed" and outsider and one.said in LEAKS


LEAKS = {"200", "303", "409", "410", "422"}
SEALED_PLACES = {
    f"proposals.{name}"
    for name in (
        *("tasks", "section", "document", "remove_document", "own_file", "check", "submission", "receipt"),
        *("receipt_file", "refusal_file", "received_file", "record", "record_file"),
        *("withdrawal", "restoration", "withdrawal_file"),
        *("own_pages", "own_page", "own_redacted_pages", "own_redacted_page", "received_pages", "received_page"),
        *("received_redacted_pages", "received_redacted_page", "sent_pages", "sent_page"),
    )
} | {"reviews.workbench", "reviews.document", "reviews.save", "awards.decision", "awards.answer"}


def test_no_get_changes_anything_but_the_access_log(visits: list[Visit], scored: Scores):
    wrote = {(v.place.name, v.role): v.written for v in visits if v.place.method == "GET" and v.written}
    assert {cell: tables for cell, tables in wrote.items() if not tables <= WRITTEN_BY_READING} == {}
    assert wrote, "the access log has to show up here, or this measures nothing"
    gets = sum(visit.place.method == "GET" for visit in visits)
    scored("P40", what="readings (GET as every person), changing a row", sample=gets)
    scored("P40", control=f"writing to the access log was noticed on {len(wrote)} readings")


def test_every_answer_carries_every_header(visits: list[Visit], scored: Scores):
    assert {(v.place.name, v.role): v.lacking for v in visits if v.lacking} == {}
    scored("P41", what="answers lacking a protecting header", sample=len(visits))


@pytest.mark.parametrize("token", [None, "foreign"])
def test_no_unsafe_request_works_without_its_own_token(city: Flask, token: str | None, scored: Scores):
    """P40: no token, or the token of somebody else's session. A view excused from it has its secret in the address."""
    with city.app_context():
        excused = {name for name, view in city.view_functions.items() if is_one_click(view)}
        unsafe = [place for place in places(city) if place.method == "POST" and place.endpoint not in excused]
        db.session.remove()
    said = {}
    for place in unsafe:
        for role in ("visitor", "founder", "manager", "finance"):
            with undone(city):
                user = person(role)
                client = client_for(city)
                if user is not None:
                    client.sign_in(user)
                given = {} if token is None else {"csrf_token": client_for(city).token()}
                response = client.post(place.address, data=given, csrf=False, check=False)
                said[place.name, role] = response.status_code
    assert {cell: status for cell, status in said.items() if status != 400} == {}
    scored("P40", what=f"unsafe requests with {token or 'no'} token that worked", sample=len(said))


# Each check with what replaces it, and a person whom the check alone keeps out.
MUTANTS = {
    "pglab.proposals.policy.may_see": (lambda *_a, **_k: True, "rival"),
    "pglab.accounts.policy.may_see": (lambda *_a, **_k: True, "rival"),
    "pglab.web.security.refusal": (lambda _access: None, "rival"),
}
SEAL = "pglab.proposals.policy.may_read_opened"
FENCED = "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity"


@pytest.mark.parametrize("check", MUTANTS)
def test_the_matrix_notices_a_check_that_is_gone(
    city: Flask, monkeypatch: pytest.MonkeyPatch, check: str, scored: Scores
):
    """Negative control: each check, replaced by one that allows everything, changes answers of the matrix."""
    replacement, role = MUTANTS[check]
    monkeypatch.setattr(check, replacement)
    changed = changed_answers(city, role)
    assert changed, f"{check} allows everything now, and no answer to a {role} changed"
    scored("P19", control=f"`{check.removeprefix('pglab.')}` taken out: {len(changed)} answers changed")


@pytest.fixture(scope="module")
def unfenced() -> Iterator[Flask]:
    """The city in a database whose row-level security is switched off."""
    name = databases.run_name("unfenced")
    with databases.copy_of(demo_database(), name) as own:
        with databases.superuser(name) as connection:
            for (table,) in connection.execute(FENCED).fetchall():
                connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        with databases.app_on(own) as app:
            yield app


def test_the_seal_holds_with_either_layer_alone(
    city: Flask, unfenced: Flask, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """For staff the check in the code suffices, so do the database's policies; without both, answers change."""
    assert changed_answers(unfenced, "manager") == []
    monkeypatch.setattr(SEAL, lambda *_a, **_k: True)
    assert changed_answers(city, "manager") == []
    changed = changed_answers(unfenced, "manager")
    assert changed, "neither layer holds, and no answer to a manager changed"
    scored("P19", control=f"both layers of the seal taken out: {len(changed)} answers changed; either alone held")


def changed_answers(app: Flask, role: str) -> list[str]:
    """The pages whose answer to a role is not the declared one."""
    declared = dict(line.rsplit(": ", 1) for line in MATRIX.read_text().splitlines()[1:])
    with app.app_context():
        listed = [place for place in places(app) if place.method == "GET"]
        db.session.remove()
    column = list(PEOPLE).index(role)
    return [p.name for p in listed if said_or_fault(app, role, p) != declared[p.name].split(" ")[column]]


def said_or_fault(app: Flask, role: str, place: Place) -> str:
    """A person's answer; without its gate a view may meet somebody it was never written for, and fail."""
    try:
        return visit(app, role, place).said
    except Exception as fault:
        return repr(fault)


if __name__ == "__main__":
    with a_demo_city("declared") as declared:
        MATRIX.write_text("\n".join(as_lines(visit_all(declared))) + "\n")
