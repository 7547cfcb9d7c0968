"""A startup's entry and its team."""

from collections.abc import Callable

import pytest

from pglab.accounts import queries
from pglab.accounts.models import MemberRole, Membership, User
from pglab.audit.models import AuditEvent
from pglab.core.db import db
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.support.accounts import ENTRY, team_of
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]


def test_who_registers_becomes_representative(login: Login) -> None:
    dana = make_user("Dana Ruiz")

    answer = login(dana).post("/apply/organizations/new", data=ENTRY)
    page = login(dana).get(answer.location).text

    organization = queries.find_organization_by_name("CURBSENSE inc.")
    assert answer.location == f"/apply/organizations/{organization.id}"
    assert team_of(organization) == {"Dana Ruiz": MemberRole.REPRESENTATIVE}
    assert (organization.county, organization.founded_year) == ("Allegheny", 2021)
    assert "outside Allegheny County" not in page
    last = db.session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()
    assert (last.action, last.actor_name) == ("organization.registered", "Dana Ruiz")


def test_another_county_is_a_warning_and_no_obstacle(login: Login) -> None:
    client = login(make_user())

    answer = client.post("/apply/organizations/new", data={**ENTRY, "county": "Butler"})

    assert "Yours is in <bdi>Butler</bdi>" in client.get(answer.location).text


def test_a_change_to_another_county_is_a_warning_too(login: Login) -> None:
    dana = make_user()
    page = f"/apply/organizations/{make_organization(dana).id}"

    answer = login(dana).post(f"{page}/profile", data={**ENTRY, "county": "Butler County", "version": "1"})

    assert (answer.status_code, answer.location) == (303, page)
    assert "Yours is in <bdi>Butler</bdi>" in login(dana).get(page).text


def test_a_name_that_is_taken_says_whom_to_ask(login: Login) -> None:
    make_organization(make_user("Dana Ruiz"), name="CurbSense Inc.")

    page = login(make_user()).post("/apply/organizations/new", data={**ENTRY, "legal_name": "ＣＵＲＢＳＥＮＳＥ  inc."})

    assert page.status_code == 422
    assert "CurbSense Inc. is already registered. Ask D… R… to add you, or ask to join." in page.text
    assert 'id="legal_name-error"' in page.text


@pytest.mark.parametrize("typed", ["CurbSense, Inc.", "CURBSENSE, inc", "curbsense inc"])
def test_punctuation_makes_no_other_startup(login: Login, typed: str) -> None:
    make_organization(make_user("Dana Ruiz"), name="CurbSense Inc.")
    client = login(make_user())

    assert client.post("/apply/organizations/new", data={**ENTRY, "legal_name": typed}).status_code == 422
    # Negative control: another suffix is another company.
    assert client.post("/apply/organizations/new", data={**ENTRY, "legal_name": "CurbSense LLC"}).status_code == 303


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("legal_name", " \u3164 ", "Enter the legal name"),
        ("postal_code", "1", "Enter a ZIP code, like 15222"),
        ("founded_year", "21", "Enter a year with four digits"),
        ("founded_year", "2099", "The year founded must be in the past."),
        ("people", "0", "must be between 1 and 100,000"),
        ("website", "http://169.254.169.254/", "Enter a web address that starts with https://"),
        ("registration_state", "Narnia", "Select the state of registration"),
        ("legal_name", "ﷺ" * 150, "Enter a shorter legal name."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(login: Login, field: str, typed: str, sentence: str) -> None:
    page = login(make_user()).post("/apply/organizations/new", data={**ENTRY, field: typed})

    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-error"' in page.text
    assert 'value="1 Example St"' in page.text


def test_strangers_do_not_learn_that_a_startup_exists(login: Login) -> None:
    organization = make_organization(make_user())
    stranger = login(make_user())

    for rest in ("", "/profile", "/team", "/team/new"):
        assert stranger.get(f"/apply/organizations/{organization.id}{rest}").status_code == 404


def test_changes_are_recorded_with_before_and_after(login: Login) -> None:
    dana = make_user("Dana Ruiz")
    organization = make_organization(dana, name="CurbSense Inc.")

    answer = login(dana).post(
        f"/apply/organizations/{organization.id}/profile", data={**ENTRY, "city": "Etna", "version": "1"}
    )

    last = db.session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()
    assert answer.status_code == 303
    assert organization.city == "Etna"
    assert '"city":"Pittsburgh"' in last.change


def test_viewers_read_and_change_nothing(login: Login) -> None:
    viewer = make_user("Vi")
    organization = make_organization(viewer, role=MemberRole.VIEWER)
    client, base = login(viewer), f"/apply/organizations/{organization.id}"

    assert client.get(base).status_code == 200
    assert client.get(f"{base}/profile").status_code == 403
    assert client.get(f"{base}/team/new").status_code == 403


def test_the_last_representative_stays(login: Login) -> None:
    dana = make_user("Dana Ruiz")
    organization = make_organization(dana)
    base = f"/apply/organizations/{organization.id}/team/{dana.id}"

    left = login(dana).post(f"{base}/removal")
    demoted = login(dana).post(base, data={"role": "viewer"})

    assert (left.status_code, demoted.status_code) == (422, 422)
    assert "Add another authorized representative before you remove yourself." in left.text
    assert "before you change your own role." in demoted.text
    assert team_of(organization) == {"Dana Ruiz": MemberRole.REPRESENTATIVE}


def test_somebody_whose_account_is_off_represents_nobody(login: Login) -> None:
    dana, lee = make_user("Dana Ruiz"), make_user("Lee Okafor")
    organization = make_organization(dana, lee)
    lee.active = False
    keep(lee)
    base = f"/apply/organizations/{organization.id}/team"

    assert login(dana).post(f"{base}/{dana.id}/removal").status_code == 422
    assert login(dana).post(f"{base}/{lee.id}/removal").status_code == 303
    assert team_of(organization) == {"Dana Ruiz": MemberRole.REPRESENTATIVE}


def test_a_member_leaves_and_sees_nothing_any_more(login: Login) -> None:
    dana, lee = make_user("Dana Ruiz"), make_user("Lee Okafor")
    organization = make_organization(dana, lee)
    client = login(lee)

    assert (
        client.post(f"/apply/organizations/{organization.id}/team/{dana.id}", data={"role": "viewer"}).status_code
        == 303
    )
    assert client.post(f"/apply/organizations/{organization.id}/team/{dana.id}/removal").status_code == 303
    assert team_of(organization) == {"Lee Okafor": MemberRole.REPRESENTATIVE}
    assert login(dana).get(f"/apply/organizations/{organization.id}").status_code == 404


def test_an_editor_cannot_remove_others(login: Login) -> None:
    dana, lee = make_user("Dana Ruiz"), make_user("Lee Okafor")
    organization = make_organization(dana)
    keep(Membership(organization=organization, user=lee, role=MemberRole.EDITOR))

    assert login(lee).post(f"/apply/organizations/{organization.id}/team/{dana.id}/removal").status_code == 403


def test_the_team_page_asks_as_often_for_three_as_for_one(login: Login) -> None:
    people = [make_user(f"Person {number}") for number in range(4)]
    one, three = make_organization(people[0]), make_organization(*people[1:])

    clients = [(login(people[0]), one.id), (login(people[1]), three.id)]

    counts = []
    for client, organization_id in clients:
        db.session.expunge_all()
        with counting() as sent:
            assert client.get(f"/apply/organizations/{organization_id}/team").status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1], counts
