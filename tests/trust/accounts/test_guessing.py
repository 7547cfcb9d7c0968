"""P38: guessing, stuffing and enumeration are held, and nobody keeps an owner out of their own account."""

import re
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, product

import pytest
from flask import Flask

from pglab.accounts import services
from pglab.accounts.models import SignInTry, User
from pglab.accounts.services import TooManyTriesError, Visitor, passwords, signing_in
from pglab.core.db import db, transaction
from tests.factories.accounts import make_user
from tests.support.accounts import PASSWORD, code_for
from tests.support.client import Client, client_for
from tests.support.scoreboard import Scores
from tests.support.statements import counting

pytestmark = pytest.mark.slow

TRIES, ADDRESSES, ACCOUNTS = 20_000, 1_000, 20
TIMED = 50
GUESS = "a password from a leaked list"


def people(how_many: int) -> list[User]:
    """Accounts that share a password, hashed once."""
    made = [make_user(f"Person {number}") for number in range(how_many)]
    with transaction():
        services.set_password(made[0], PASSWORD)
        for person in made:
            person.password = made[0].password
    return made


def stuff(app: Flask, tries: list[tuple[str, str]]) -> Counter[str]:
    """Make these tries (address, email) as the sign-in page does; how often each password was looked at."""
    looked_at: Counter[str] = Counter()
    with app.app_context():
        for address, email in tries:
            try:
                with transaction():
                    services.count_password_try(email, Visitor(address, ""))
            except TooManyTriesError:
                continue
            assert services.find_by_password(email, GUESS) is None
            looked_at[email] += 1
        db.session.remove()
    return looked_at


def storm(app: Flask, emails: list[str], tries: int) -> Counter[str]:
    """Two attackers at once, each try from the next of a thousand addresses."""
    addresses = [f"198.51.{number // 250}.{number % 250}" for number in range(ADDRESSES)]
    planned = list(islice(product(addresses, emails), tries))
    with ThreadPoolExecutor(2) as attackers:
        return sum(attackers.map(lambda part: stuff(app, part), (planned[::2], planned[1::2])), Counter())


def test_a_thousand_addresses_have_no_more_tries_than_one(committed: Flask, scored: Scores) -> None:
    owners = people(ACCOUNTS)
    homes = []
    for owner in owners:  # each has signed in at home before
        homes.append(client_for(committed))
        assert sign_in(homes[-1], owner).status_code == 303
        homes[-1].post("/sign-out")

    looked_at = storm(committed, [owner.email for owner in owners], TRIES)

    over = [email for email, times in looked_at.items() if times > 10]
    assert over == []
    assert sum(looked_at.values()) >= 5 * ACCOUNTS, "the storm has to reach the passwords, or this shows nothing"
    kept_out = [
        owner.email for owner, home in zip(owners, homes, strict=True) if sign_in(home, owner).status_code != 303
    ]
    assert kept_out == []
    scored(
        "P38",
        what="tries from 1,000 addresses; accounts with over ten in ten minutes",
        sample=TRIES,
        failures=len(over),
    )
    scored("P38", what="owners on a known device during the storm, kept out", sample=ACCOUNTS, failures=len(kept_out))


def sign_in(client: Client, person: User, password: str = PASSWORD) -> object:
    return client.post("/sign-in", data={"email": person.email, "password": password})


def test_tries_counted_for_each_address_let_the_storm_through(
    committed: Flask, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    """Negative control: the rule that was kept before, counting a place and an account together."""

    def by_place(email: str, visitor: Visitor) -> list[object]:
        return [services.count_try(services.PASSWORD_LIMITS, "password", email, visitor.place)]

    [owner] = people(1)
    monkeypatch.setattr(services, "count_password_try", by_place)

    assert storm(committed, [owner.email], 30)[owner.email] == 30
    scored("P38", control="counted for each address, all 30 tries from 30 addresses reached the password")


def test_a_code_is_good_once(client: Client, monkeypatch: pytest.MonkeyPatch, scored: Scores) -> None:
    [person] = people(1)
    client.sign_in(person)
    key = client.get("/account/two-factor").text.split('id="key">')[1].split("<")[0]
    assert client.post("/account/two-factor", data={"code": code_for(key)}).status_code == 303
    code = code_for(key, later=30)

    assert enter(client, person, code) == 303
    assert enter(client, person, code) == 422
    monkeypatch.setattr(services.OneTimeCodes, "get_last_counter", lambda *_: None)
    assert enter(client, person, code) == 303, "without the memory of the last code it works again"
    scored(
        "P38",
        what="codes used a second time, let in",
        sample=1,
        control="with the memory removed the code worked again",
    )


def enter(client: Client, person: User, code: str) -> int:
    client.post("/sign-out")
    sign_in(client, person)
    return client.post("/sign-in/code", data={"code": code}).status_code


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/reset-password", "/confirm"])
def test_no_byte_tells_who_has_an_account(app: Flask, client: Client, path: str, scored: Scores) -> None:
    [known] = people(1)

    assert answer(app, path, known.email) == answer(app, path, "x" * (len(known.email) - 12) + "@example.org")
    scored("P38", what=f"answers of {path} that differ for a known address", sample=2)


def answer(app: Flask, path: str, email: str) -> tuple[int, str, bytes]:
    """The whole answer, the page it leads to included, without what is new in every answer."""
    visitor = client_for(app)
    first = visitor.post(path, data={"email": email, "password": GUESS, "name": "Åsa"})
    page = visitor.get(first.location) if first.location else first
    new = rb'name="csrf_token" value="[^"]+"|data-asked="[^"]+"|this request: <code>\w+'
    return first.status_code, first.location or "", re.sub(new, b"", page.data).replace(email.encode(), b"")


def test_a_wrong_password_costs_the_same_work_with_an_account_and_without(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    """The same statements and as many hashes; the times are noted, not judged: this machine does other things too."""
    known = people(TIMED)
    hashes: list[str] = []
    for name in ("hash_password", "verify_password"):
        really = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *given, really=really: hashes.append("hash") or really(*given))
    seconds: dict[bool, list[float]] = {True: [], False: []}
    work: dict[bool, set[tuple[object, ...]]] = {True: set(), False: set()}
    for number, person in enumerate(known):
        for exists in (True, False):
            email = person.email if exists else f"nobody{number}@example.org"
            hashes.clear()
            with counting() as sent:
                began = time.perf_counter()
                assert services.find_by_password(email, GUESS) is None
                seconds[exists].append(time.perf_counter() - began)
            work[exists].add((*sent, *hashes))

    assert work[True] == work[False]
    assert len(work[True]) == 1
    medians = [statistics.median(seconds[exists]) * 1000 for exists in (True, False)]
    print(f"median {medians[0]:.1f} ms with an account, {medians[1]:.1f} ms without")  # noqa: T201  (a figure to read)
    apart = f"medians {abs(medians[0] - medians[1]):.1f} ms apart"
    scored("P38", what=f"wrong passwords whose work differed with an account ({apart})", sample=2 * TIMED)

    monkeypatch.setattr(signing_in, "password_matches", lambda kept, _given: bool(kept))
    hashes.clear()
    services.find_by_password("nobody@example.org", GUESS)
    assert hashes == [], "without the made-up hash an unknown address is answered without any work"
    scored("P38", control="with the made-up hash removed, unknown addresses cost no hash")


def test_a_refused_try_leaves_no_row(client: Client) -> None:
    """Waiting always helps: what was refused counts for nothing."""
    [person] = people(1)
    for _ in range(8):
        sign_in(client, person, GUESS)

    assert db.session.query(SignInTry).filter_by(key=services.key_of(("password", person.email_key))).count() == 5
