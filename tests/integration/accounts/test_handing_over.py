"""Handing the role of representative over: one step, on the startup's log, and both are told."""

from collections.abc import Callable

import pytest

from pglab.accounts.models import MemberRole, Membership, Organization, User
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.support.accounts import mails_to, team_of
from tests.support.client import Client

Login = Callable[[User], Client]


@pytest.fixture
def dana(rolled_back: None) -> User:
    return make_user("Dana Ruiz")


@pytest.fixture
def lee(rolled_back: None) -> User:
    return make_user("Lee Okafor")


@pytest.fixture
def startup(dana: User, lee: User) -> Organization:
    organization = make_organization(dana, name="CurbSense Inc.")
    keep(Membership(organization=organization, user=lee, role=MemberRole.EDITOR))
    return organization


def hand_over(login: Login, dana: User, startup: Organization, to: User, then: str):
    path = f"/apply/organizations/{startup.id}/team/hand-over"
    return login(dana).post(path, data={"person": str(to.id), "then": then})


def test_a_colleague_takes_over_and_the_first_stays_as_editor(
    login: Login, dana: User, lee: User, startup: Organization
) -> None:
    answer = hand_over(login, dana, startup, lee, "stay")

    assert answer.location == f"/apply/organizations/{startup.id}/team"
    assert team_of(startup) == {"Dana Ruiz": MemberRole.EDITOR, "Lee Okafor": MemberRole.REPRESENTATIVE}
    log = login(lee).get(f"/apply/organizations/{startup.id}/history").text
    assert "Made <bdi>Lee Okafor</bdi> representative in their own place" in log
    assert "Dana Ruiz made you representative" in mails_to(lee.email)[-1].notice.body_text
    assert "You made Lee Okafor representative" in mails_to(dana.email)[-1].notice.body_text


def test_the_last_representative_may_leave_by_handing_over(
    login: Login, dana: User, lee: User, startup: Organization
) -> None:
    assert hand_over(login, dana, startup, lee, "leave").location == "/account"
    assert team_of(startup) == {"Lee Okafor": MemberRole.REPRESENTATIVE}
    assert login(dana).get(f"/apply/organizations/{startup.id}").status_code == 404


def test_nobody_outside_the_team_nor_without_a_live_account_takes_over(
    login: Login, dana: User, lee: User, startup: Organization
) -> None:
    lee.active = False
    keep(lee)

    for to in (lee, make_user("Stranger"), dana):
        assert hand_over(login, dana, startup, to, "leave").status_code == 422
    assert team_of(startup)["Dana Ruiz"] is MemberRole.REPRESENTATIVE


def test_an_editor_hands_nothing_over(login: Login, dana: User, lee: User, startup: Organization) -> None:
    assert hand_over(login, lee, startup, dana, "stay").status_code == 403
    assert login(lee).get(f"/apply/organizations/{startup.id}/team/hand-over").status_code == 403
    assert "Hand over your role" not in login(lee).get(f"/apply/organizations/{startup.id}/team").text


def test_alone_there_is_nobody_to_hand_over_to(login: Login) -> None:
    alone = make_user("Solo")
    startup = make_organization(alone)

    page = login(alone).get(f"/apply/organizations/{startup.id}/team/hand-over")
    assert "You’re the only person on the team." in page.text
