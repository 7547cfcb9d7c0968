"""What a startup says about itself: version by version, for its own people, and never scored."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts import queries
from pglab.accounts.models import MemberRole, User
from pglab.core.db import db
from pglab.proposals.queries import describe_organization
from tests.factories.accounts import make_organization, make_user
from tests.support.accounts import ENTRY
from tests.support.client import Client
from tests.support.person import Person
from tests.support.statements import counting

Login = Callable[[User], Client]


def registered(login: Login, dana: User, **more: object) -> str:
    """Register a startup; the address of its page."""
    return str(login(dana).post("/apply/organizations/new", data={**ENTRY, **more}).location)


def test_each_change_makes_a_version_and_nothing_else_does(login: Login) -> None:
    dana = make_user("Dana Ruiz")
    page = registered(login, dana)
    for seen, city in ((1, "Etna"), (2, "Etna"), (2, "Sharpsburg")):
        changed = {**ENTRY, "city": city, "version": str(seen)}
        assert login(dana).post(f"{page}/profile", data=changed).status_code == 303

    organization = queries.find_organization_by_name("CurbSense Inc.")
    versions = queries.list_versions(organization)

    assert [(each.number, each.profile["city"]) for each in versions] == [
        (3, "Sharpsburg"),
        (2, "Etna"),
        (1, "Pittsburgh"),
    ]
    assert organization.version == 3
    history = login(dana).get(f"{page}/history").text
    assert "<bdi>Pittsburgh</bdi> → <bdi>Etna</bdi>" in history
    assert "Changed: city" in history
    assert "version 3 of your entry" in login(dana).get(page).text


def test_ownership_and_certifications_are_kept_and_need_not_be_given(login: Login) -> None:
    dana = make_user("Dana Ruiz")
    page = registered(login, dana, ownership=["women", "workers"], certifications="wbe")

    shown = login(dana).get(page).text
    assert "Women, The people who work there (a cooperative)" in shown
    assert "Women’s Business Enterprise (WBE)" in shown
    assert "Optional, and not scored." in shown

    assert login(dana).post(f"{page}/profile", data={**ENTRY, "version": "1"}).status_code == 303
    assert "Women" not in login(dana).get(page).text


def test_a_certificate_nobody_knows_is_refused(login: Login) -> None:
    answer = login(make_user()).post("/apply/organizations/new", data={**ENTRY, "certifications": "best-of-all"})

    assert answer.status_code == 422


def test_what_is_not_scored_is_no_part_of_a_submission(login: Login) -> None:
    registered(login, make_user(), ownership="women", certifications="wbe")

    frozen = describe_organization(queries.find_organization_by_name("CurbSense Inc."))
    assert set(frozen) == {"legal_name", "registration", "headquarters", "county", "website"}


def test_a_version_neither_changes_nor_goes(login: Login) -> None:
    registered(login, make_user())

    for statement in ("UPDATE organization_versions SET number = 9", "DELETE FROM organization_versions"):
        with pytest.raises(DBAPIError, match=r"permission denied|only grows"), db.session.begin_nested():
            db.session.execute(text(statement))


def test_rivals_see_no_version_by_the_page_nor_by_the_database(login: Login) -> None:
    dana, rival = make_user("Dana Ruiz"), make_user("Rival")
    page = registered(login, dana)

    assert login(rival).get(f"{page}/history").status_code == 404
    seen = {user.name: seen_by(user) for user in (dana, rival)}
    assert seen == {"Dana Ruiz": 1, "Rival": 0}


def seen_by(user: User) -> int:
    """How many versions the database shows to this person; the viewer is put back afterwards."""
    name = text("SELECT set_config('pglab.viewer', :viewer, true)")
    before = db.session.scalar(text("SELECT current_setting('pglab.viewer', true)"))
    db.session.execute(name, {"viewer": str(user.id)})
    found = int(db.session.scalar(text("SELECT count(*) FROM organization_versions")) or 0)
    db.session.execute(name, {"viewer": before})
    return found


def test_the_log_asks_as_often_for_three_changes_as_for_one(login: Login) -> None:
    dana = make_user("Dana Ruiz")
    page, client = registered(login, dana), login(dana)
    counts = []
    for cities in (["Etna"], ["Millvale", "Sharpsburg"]):
        for city in cities:
            Person(client).open(f"{page}/profile").press("Save changes", city=city)
        db.session.expunge_all()
        with counting() as sent:
            assert client.get(f"{page}/history").status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1], counts


def test_a_viewer_reads_the_log(login: Login) -> None:
    viewer = make_user("Vi")
    organization = make_organization(viewer, role=MemberRole.VIEWER)

    assert login(viewer).get(f"/apply/organizations/{organization.id}/history").status_code == 200
