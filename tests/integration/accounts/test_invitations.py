"""Invitations: tied to one mailbox, good once and for three days; nobody who scores joins a startup."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from pglab.accounts.models import MemberRole, Organization, StaffRole, User
from pglab.core.db import db
from tests.factories.accounts import make_organization, make_user
from tests.factories.reviews import make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import link_in, mails_to
from tests.support.client import Client

Login = Callable[[User], Client]


@pytest.fixture
def dana(rolled_back: None) -> User:
    return make_user("Dana Ruiz")


@pytest.fixture
def startup(dana: User) -> Organization:
    return make_organization(dana, name="CurbSense Inc.")


def invite(login: Login, dana: User, startup: Organization, email: str) -> str:
    """Send an invitation, and give the path of its link."""
    path = f"/apply/organizations/{startup.id}/team/new"
    assert login(dana).post(path, data={"email": email, "role": "editor"}).status_code == 303
    return link_in(mails_to(email)[-1])


def test_the_invited_person_joins_and_everyone_is_told(
    login: Login, dana: User, startup: Organization, client: Client
) -> None:
    lee = make_user("Lee Okafor", email="Lee@example.org")
    link = invite(login, dana, startup, "lee@example.org")

    assert "Dana Ruiz" in client.get(link).text
    assert client.post(link, data={"reply": "accept"}).status_code == 401
    assert login(lee).get(link).status_code == 200
    assert lee.role_in(startup.id) is None, "opening the link changes nothing"
    assert login(lee).post(link, data={"reply": "accept"}).status_code == 303

    db.session.refresh(lee, ["memberships"])
    assert lee.role_in(startup.id) is MemberRole.EDITOR
    assert "accepted your invitation" in mails_to(dana.email)[-1].notice.body_text
    assert login(lee).post(link, data={"reply": "accept"}).status_code == 410


def test_the_answer_is_the_same_with_an_account_and_without(login: Login, dana: User, startup: Organization) -> None:
    known = make_user("Lee", email="known@example.org")
    path = f"/apply/organizations/{startup.id}/team/new"
    answers = [
        login(dana).post(path, data={"email": email, "role": "viewer"}) for email in (known.email, "new@example.org")
    ]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, path.removesuffix("/new"))] * 2


def test_another_account_cannot_use_the_link(login: Login, dana: User, startup: Organization) -> None:
    link, rival = invite(login, dana, startup, "lee@example.org"), make_user("Rival")

    page = login(rival).post(link, data={"reply": "accept"})

    assert page.status_code == 422
    assert "was sent to another address" in page.text
    assert rival.role_in(startup.id) is None


def test_a_newer_invitation_and_a_withdrawal_make_the_link_void(
    login: Login, dana: User, startup: Organization
) -> None:
    lee = make_user("Lee", email="lee@example.org")
    older, newer = (invite(login, dana, startup, lee.email) for _ in range(2))
    assert (login(lee).get(older).status_code, login(lee).get(newer).status_code) == (410, 200)

    page = login(dana).get(f"/apply/organizations/{startup.id}/team").text
    withdrawal = page.split('action="')[2].split('"')[0]
    assert withdrawal.endswith("/withdrawal")
    assert login(dana).post(withdrawal).status_code == 303
    assert login(lee).post(newer, data={"reply": "accept"}).status_code == 410
    assert login(dana).post(withdrawal).status_code == 410


def test_an_invitation_ends_after_three_days(login: Login, dana: User, startup: Organization) -> None:
    lee = make_user("Lee", email="lee@example.org")
    link = invite(login, dana, startup, lee.email)
    db.session.execute(text("UPDATE invitations SET expires_at = expires_at - :by"), {"by": timedelta(hours=72)})

    assert login(lee).post(link, data={"reply": "accept"}).status_code == 410


def test_saying_no_tells_who_invited(login: Login, dana: User, startup: Organization) -> None:
    lee = make_user("Lee", email="lee@example.org")

    assert login(lee).post(invite(login, dana, startup, lee.email), data={"reply": "decline"}).status_code == 303
    assert "declined your invitation" in mails_to(dana.email)[-1].notice.body_text


def test_city_staff_and_evaluators_join_no_startup(login: Login, dana: User, startup: Organization) -> None:
    officer = make_user("Tomas", StaffRole.FINANCE)
    [seat] = make_panel(make_open_rfp(), "Avery Chen")

    for person, reason in ((officer, "You have a City role"), (seat.user, "You sit on a panel")):
        page = login(person).post(invite(login, dana, startup, person.email), data={"reply": "accept"})
        assert (page.status_code, reason in page.text) == (422, True)


def test_only_a_representative_invites_and_withdraws(login: Login, startup: Organization) -> None:
    editor = make_user("Ed")
    other = make_organization(editor, role=MemberRole.EDITOR)

    assert login(editor).get(f"/apply/organizations/{other.id}/team/new").status_code == 403
    assert login(editor).get(f"/apply/organizations/{startup.id}/team/new").status_code == 404
