"""How many proposals lie sealed: nobody learns it, unless the City chose to count and the database's owner agreed."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import Settings
from pglab.accounts.models import StaffRole, User
from pglab.core.db import db, transaction
from pglab.proposals import services
from pglab.proposals.services import allow_counting
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import close, fill, make_draft, make_submitted_proposal, open_all, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")

PAGES = ("/manage/cohorts/12", "/manage/cohorts/12/opening")
SAID = "2 proposals were submitted"


def choose(app: Flask, setting: str) -> None:
    """The setting of the web processes."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], sealed_counts=setting)


def prepare(app: Flask) -> str:
    """What the owner runs after the setting was changed."""
    done = app.test_cli_runner().invoke(args=["proposals", "set-sealed-counts"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.fixture(autouse=True)
def _as_before(app: Flask, settings: Settings) -> Iterator[None]:
    """The setting, and what the owner allowed, do not outlive the test."""
    kept = app.config["SETTINGS"]
    yield
    app.config["SETTINGS"] = kept
    allow_counting(settings)


@pytest.fixture
def manager() -> User:
    """A program manager of an open call with two proposals in, a draft, and one that was taken back."""
    rfp = make_open_rfp()
    for _ in range(2):
        make_submitted_proposal(rfp)
    fill(make_draft(rfp))
    gone = make_submitted_proposal(rfp)
    with transaction():
        services.withdraw_proposal(gone, seen=1, actor=representative_of(gone.organization))
    return make_program_people()[0]


def counted_by(login, person: User) -> list[bool]:
    """On which of the two pages this person reads the number."""
    return [SAID in login(person).get(page, check=False).text for page in PAGES]


def test_a_manager_learns_the_number_where_both_agree(app, login, manager):
    choose(app, "count")
    assert prepare(app) == "Sealed proposals may be counted.\n"

    assert counted_by(login, manager) == [True, True]
    assert SAID not in login(manager).get("/manage/cohorts/12/proposals").text


@pytest.mark.parametrize(("setting", "allowed"), [("nothing", "nothing"), ("nothing", "count"), ("count", "nothing")])
def test_nobody_learns_it_unless_both_agree(app, login, manager, setting, allowed):
    """With one of the two alone there is no number, and the pages stand as ever."""
    choose(app, allowed)
    prepare(app)
    choose(app, setting)

    assert counted_by(login, manager) == [False, False]


@pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR}))
def test_nobody_else_learns_it(app, login, manager, role):
    choose(app, "count")
    prepare(app)
    somebody = make_user("Some Body", role)
    rival = make_user("Rita Rival")
    make_organization(rival)

    assert counted_by(login, somebody) == counted_by(login, rival) == [False, False]


def test_the_database_answers_only_who_opens(app, manager):
    choose(app, "count")
    prepare(app)

    assert asked(manager.id) == 2
    for viewer in (make_user("Audra Auditor", StaffRole.AUDITOR).id, "nobody", "worker"):
        assert asked(viewer) is None


def asked(viewer: object) -> int | None:
    """What the function says to this viewer."""
    db.session.execute(text("SELECT set_config('pglab.viewer', :viewer, true)"), {"viewer": str(viewer)})
    return db.session.scalar(text("SELECT sealed_count(id) FROM rfps"))


def test_the_application_may_not_run_the_function_by_itself(app, manager):
    prepare(app)

    with pytest.raises(DBAPIError, match="permission denied for function sealed_count"), db.session.begin_nested():
        asked(manager.id)
    with pytest.raises(DBAPIError, match="does not exist"), db.session.begin_nested():
        db.session.execute(text("SELECT sealed_leaves(id) FROM rfps"))


def test_a_function_left_open_to_everybody_is_closed_again(app, settings, login, manager):
    """Control: somebody lets everybody run it. The application could; the next preparation takes it away."""
    with psycopg.connect(settings.database_owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("GRANT EXECUTE ON FUNCTION sealed_count(uuid) TO PUBLIC")
    assert asked(manager.id) == 2

    assert prepare(app) == "Nobody may count sealed proposals.\n"

    with pytest.raises(DBAPIError, match="permission denied"), db.session.begin_nested():
        asked(manager.id)


def test_once_they_are_open_the_list_says_it(app, login, clock):
    choose(app, "count")
    prepare(app)
    rfp = make_open_rfp()
    for _ in range(2):
        make_submitted_proposal(rfp)
    manager, director = make_program_people()
    close(rfp, clock)
    assert counted_by(login, director) == [True, True]

    open_all(rfp, manager, director, clock)

    assert counted_by(login, director) == [False, False]
    assert asked(director.id) is None


def test_startups_are_told_what_holds(app, client):
    make_open_rfp()
    assert "or learn that it exists" in client.get("/cohorts/12/how-we-decide").text

    choose(app, "count")

    assert "or learn who sent one" in client.get("/cohorts/12/how-we-decide").text
