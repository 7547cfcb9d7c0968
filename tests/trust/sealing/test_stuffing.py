"""P20: fields nobody asked for change nothing.

Sample: the forms of the whole chain, from an empty database to a paid stipend, and of accounts, teams and roles, sent
as a person fills them in and with every column of every table added. The story still ends well, and every row of every
table is as without them.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask, request
from sqlalchemy import select, text
from sqlalchemy.types import Boolean, Date, Integer, Uuid

from config import Settings
from pglab.accounts.models import StaffRole, User
from pglab.core.db import Base, UtcDateTime, db
from pglab.proposals import services as proposal_services
from tests.factories.accounts import make_user
from tests.journeys import test_whole_cohort as cohort
from tests.journeys.building import build_and_publish
from tests.support.databases import OfficialClock
from tests.support.person import PageForm, Person
from tests.support.scoreboard import Scores
from tests.support.undoing import undone

pytestmark = pytest.mark.slow

WORD, DAY, NUMBER = "stuffed", "2031-01-01", "99"
ID = UUID("01a20000-0000-7000-8000-000000000001")
MARK = re.compile(f"{WORD}|{DAY}|{ID}")
# What a mass assignment would be after, with a value that such a column takes.
WANTED = {"status": "accepted", "role": "admin", "outcome": "award", "state": "accepted", "admin": "true"}
# Drawn, stamped, hashed or numbered anew each time.
ALWAYS_NEW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][\d:.+Z-]+|\d{8}T\d{6}Z?|[0-9a-f]{8,}|[LPSA]\d+-[0-9A-Z]+"
    r"|\d+:\d\d(:\d\d)?( [ap]\.m\.)?|person\d+-\w+@|/(?:confirm|account/email|invitations)/[\w.-]+"
)
SKIPPED = {"id", "seq", "xact", "hash", "prev_hash", "signature", "password", "token_hash", "statement"}
SKIPPED |= {"idempotency_key", "storage_key"}
# Counters of the queue and of the kept pages.
NO_FACTS = {"heartbeats", "page_stamp", "procrastinate_events"}
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
Story = Callable[[cohort.City, OfficialClock], None]
Rows = list[str]


def columns() -> dict[str, str]:
    """Every column of every table, with a value of its kind that would show."""
    kinds = {column.name: column.type for table in Base.metadata.tables.values() for column in table.columns}
    values = {name: value_for(kind) for name, kind in kinds.items()}
    return values | WANTED


def value_for(kind: object) -> str:
    if isinstance(kind, Boolean):
        return "true"
    if isinstance(kind, Uuid):
        return str(ID)
    if isinstance(kind, (Date, UtcDateTime)):
        return DAY
    return NUMBER if isinstance(kind, Integer) else WORD


class Stuffing:
    """Adds the columns to every form a person sends, but for the fields the form has itself."""

    def __init__(self) -> None:
        self.forms, self.fields = 0, 0

    def onto(self, monkeypatch: pytest.MonkeyPatch) -> "Stuffing":
        whole = Person._form_with

        def stuffed(person: Person, button: str) -> tuple[PageForm, list[tuple[str, str]]]:
            form, extra = whole(person, button)
            added = [(name, value) for name, value in columns().items() if name not in form.names]
            self.forms += 1
            self.fields += len(added)
            return form, [*added, *extra]

        monkeypatch.setattr(Person, "_form_with", stuffed)
        return self


def rows_after(app: Flask, settings: Settings, story: Story) -> Rows:
    """Every row of every table after a story told from the empty database on, without what is new each time."""
    clock = OfficialClock(settings)
    try:
        with undone(app):
            story(cohort.people_of(app), clock)
            db.session.commit()
            names = set(db.session.scalars(TABLES)) - NO_FACTS
            return sorted(row for name in names for row in rows_of(name))
    finally:
        clock.reset()


def rows_of(table: str) -> Rows:
    found = []
    for row in db.session.scalars(text(f'SELECT to_jsonb(kept) FROM "{table}" AS kept')):
        kept = {key: value for key, value in row.items() if key not in SKIPPED}
        found.append(f"{table} {ALWAYS_NEW.sub(hidden, json.dumps(kept, sort_keys=True))}")
    return found


def hidden(found: re.Match[str]) -> str:
    """What is new each time is not compared; an added value is not hidden by that."""
    return found[0] if MARK.search(found[0]) else "*"


def the_whole_chain(city: cohort.City, clock: OfficialClock) -> None:
    cohort.test_a_cohort_from_published_rfp_to_paid_stipend(city, clock)
    accounts_change(city)


def accounts_change(city: cohort.City) -> None:
    """What is no part of the chain: a name, an address, a startup's profile, its team, and roles in the City."""
    dana = db.session.scalars(select(User).where(User.email == "dana1@example.org")).one()
    startup = f"/apply/organizations/{dana.memberships[0].organization_id}"
    founder = city.at_a_browser(dana)
    founder.open("/account/name").press("Save name", name="Dana R. Ruiz")
    founder.open("/account/email").press("Send the link", email="dana-ruiz@example.org")
    founder.open(f"{startup}/profile").press("Save changes", city="Etna")
    founder.open(f"{startup}/team/new").press("Send the invitation", email="lee@example.org", role="editor")
    admin = city.at_a_browser(make_user("Ned Fox", StaffRole.ADMIN))
    somebody = make_user("Ivy Grant")
    admin.open(f"/admin/users/{somebody.id}/roles/new").press("Give this role", role="auditor")
    admin.open(f"/admin/users/{somebody.id}/access").press("Switch", reason="She has left.")


def one_proposal(city: cohort.City, _clock: OfficialClock) -> None:
    build_and_publish(city)
    cohort.a_founder_signs_up_and_applies(city, 1)


def differences(plain: Rows, stuffed: Rows) -> Rows:
    """The rows that one of the two has more often, and those in which an added value stands."""
    once, again = Counter(plain), Counter(stuffed)
    return [*((once - again) + (again - once)).elements(), *(row for row in stuffed if MARK.search(row))]


def test_fields_nobody_asked_for_change_nothing(
    app: Flask, settings: Settings, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = rows_after(app, settings, the_whole_chain)
    stuffing = Stuffing().onto(monkeypatch)
    stuffed = rows_after(app, settings, the_whole_chain)
    assert differences(plain, stuffed) == []
    assert len(plain) == len(stuffed) > 400
    assert stuffing.forms > 50
    assert stuffing.fields > 10_000
    scored(
        "P20",
        what="columns added to the forms of the chain that changed a row of any table",
        sample=stuffing.fields,
    )


def test_a_form_that_takes_any_field_is_noticed(
    app: Flask, settings: Settings, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: saving answers takes in one more field than the form has."""
    save = proposal_services.save_answers

    def takes_anything(proposal, answers, **given):
        more = request.form.get("points", "")
        # A sentence stays one with a word more; an address or a choice would not be an answer any more.
        longer = {key: f"{value} {more}".strip() if " " in value else value for key, value in answers.items()}
        return save(proposal, longer, **given)

    plain = rows_after(app, settings, one_proposal)
    monkeypatch.setattr(proposal_services, "save_answers", takes_anything)
    Stuffing().onto(monkeypatch)
    changed = differences(plain, rows_after(app, settings, one_proposal))
    assert any(row.startswith("answers ") for row in changed)
    scored("P20", control=f"a service that takes one field more is noticed in {len(changed)} rows")
