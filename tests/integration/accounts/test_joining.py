"""A startup that is registered already: who finds it asks to join, and its representatives answer."""

from collections.abc import Callable

import pytest

from pglab.accounts import queries
from pglab.accounts.models import MemberRole, Membership, Organization, StaffRole, User
from pglab.core.db import db
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.factories.reviews import make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import ENTRY, mails_to, team_of
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]
SITE = "https://www.curbsense.example/about"


@pytest.fixture
def dana(rolled_back: None) -> User:
    return make_user("Dana Ruiz")


@pytest.fixture
def startup(login: Login, dana: User) -> Organization:
    """CurbSense, registered by Dana with its website."""
    login(dana).post("/apply/organizations/new", data={**ENTRY, "website": SITE})
    db.session.refresh(dana, ["memberships"])
    return dana.memberships[0].organization


def ask(login: Login, person: User, **typed: str):
    return login(person).post("/apply/organizations/joining", data={"legal_name": "", "website": "", **typed})


def answer_path(startup: Organization) -> str:
    [asked] = queries.list_join_requests(startup)
    return f"/apply/organizations/{startup.id}/requests/{asked.id}"


@pytest.mark.parametrize("website", ["https://curbsense.example", "https://CURBSENSE.example:8443/x", SITE])
def test_the_same_website_is_a_warning_and_can_be_registered_anyway(
    login: Login, startup: Organization, website: str
) -> None:
    other = {**ENTRY, "legal_name": "CurbSense Labs LLC", "website": website}
    client = login(make_user("Lee Okafor"))

    warned = client.post("/apply/organizations/new", data=other)
    assert warned.status_code == 422
    assert "CurbSense Inc. is registered with this website." in warned.text
    assert 'id="anyway-error"' in warned.text
    assert "Ask to join" in warned.text

    assert client.post("/apply/organizations/new", data={**other, "anyway": "yes"}).status_code == 303


@pytest.mark.parametrize("website", ["", "https://other.example", "https://curbsense.example.org"])
def test_another_website_or_none_asks_nothing(login: Login, startup: Organization, website: str) -> None:
    other = {**ENTRY, "legal_name": "CurbSense Labs LLC", "website": website}

    assert login(make_user()).post("/apply/organizations/new", data=other).status_code == 303


def test_a_host_that_many_share_tells_nothing(login: Login) -> None:
    for name, page in (("One Inc.", "one"), ("Two Inc.", "two")):
        entry = {**ENTRY, "legal_name": name, "website": f"https://www.linkedin.com/company/{page}"}
        assert login(make_user()).post("/apply/organizations/new", data=entry).status_code == 303


def test_a_taken_name_cannot_be_registered_anyway(login: Login, startup: Organization) -> None:
    page = login(make_user()).post("/apply/organizations/new", data={**ENTRY, "anyway": "yes"})

    assert page.status_code == 422
    assert "Ask D… R… to add you, or ask to join." in page.text


def test_who_asks_is_added_with_the_role_a_representative_chooses(
    login: Login, dana: User, startup: Organization
) -> None:
    lee = make_user("Lee Okafor")

    assert ask(login, lee, legal_name="curbsense INC.").location == "/account"
    assert ask(login, lee, website="https://curbsense.example").status_code == 303, "asking twice is no harm"
    assert [mail.notice.subject for mail in mails_to(dana.email)] == ["Lee Okafor asks to join CurbSense Inc."]
    assert "Lee Okafor" in login(dana).get(f"/apply/organizations/{startup.id}/team").text

    path = answer_path(startup)
    assert "Anybody with an account can ask." in login(dana).get(path).text
    assert login(dana).post(path, data={"reply": "editor"}).status_code == 303
    assert team_of(startup) == {"Dana Ruiz": MemberRole.REPRESENTATIVE, "Lee Okafor": MemberRole.EDITOR}
    assert "added you to its team" in mails_to(lee.email)[-1].notice.body_text
    assert login(dana).post(path, data={"reply": "editor"}).status_code == 410
    assert "Asked to join" in login(lee).get(f"/apply/organizations/{startup.id}/history").text


def test_who_is_told_no_sees_nothing(login: Login, dana: User, startup: Organization) -> None:
    lee = make_user("Lee Okafor")
    ask(login, lee, website=SITE)

    assert login(dana).post(answer_path(startup), data={"reply": "no"}).status_code == 303
    assert "did not add you" in mails_to(lee.email)[-1].notice.body_text
    assert login(lee).get(f"/apply/organizations/{startup.id}").status_code == 404


def test_only_a_representative_answers(login: Login, dana: User, startup: Organization) -> None:
    lee, editor = make_user("Lee Okafor"), make_user("Ed")
    keep(Membership(organization=startup, user=editor, role=MemberRole.EDITOR))
    db.session.refresh(editor, ["memberships"])
    ask(login, lee, website=SITE)
    path = answer_path(startup)

    assert login(editor).post(path, data={"reply": "viewer"}).status_code == 403
    for outsider in (lee, make_user("Rival")):
        assert login(outsider).post(path, data={"reply": "representative"}).status_code == 404
    elsewhere = make_organization(outsider)
    assert login(outsider).get(path.replace(str(startup.id), str(elsewhere.id))).status_code == 404


def test_city_staff_members_and_evaluators_do_not_ask(login: Login, dana: User, startup: Organization) -> None:
    [seat] = make_panel(make_open_rfp(), "Avery Chen")

    assert ask(login, make_user("Tomas", StaffRole.FINANCE), website=SITE).status_code == 403
    assert ask(login, dana, website=SITE).status_code == 422
    assert ask(login, seat.user, website=SITE).status_code == 422
    assert ask(login, make_user(), legal_name="No such startup").status_code == 404
    assert queries.list_join_requests(startup) == []


def test_who_is_switched_off_meanwhile_is_not_added(login: Login, dana: User, startup: Organization) -> None:
    lee = make_user("Lee Okafor")
    ask(login, lee, website=SITE)
    lee.active = False
    keep(lee)

    assert login(dana).post(answer_path(startup), data={"reply": "editor"}).status_code == 422
    assert team_of(startup) == {"Dana Ruiz": MemberRole.REPRESENTATIVE}


def test_nobody_waits_for_many_startups(login: Login) -> None:
    lee = make_user("Lee Okafor")
    for number in range(6):
        make_organization(make_user(), name=f"Startup {number}")

    answers = [ask(login, lee, legal_name=f"Startup {number}").status_code for number in range(6)]
    assert answers == [303] * 5 + [422]


def test_the_team_page_asks_as_often_for_three_who_ask_as_for_one(
    login: Login, dana: User, startup: Organization
) -> None:
    client, counts = login(dana), []
    for more in (1, 2):
        for _ in range(more):
            ask(login, make_user(), website=SITE)
        db.session.expunge_all()
        with counting() as sent:
            assert client.get(f"/apply/organizations/{startup.id}/team").status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1], counts
