"""Invitations: tied to one mailbox, good once and for three days; nobody who scores joins a startup."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from pglab.accounts import queries
from pglab.accounts.models import MemberRole, Membership, Organization, StaffRole, User
from pglab.core.db import db, transaction
from tests.factories import keep
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


def let_an_hour_pass() -> None:
    with transaction():
        db.session.execute(text("UPDATE invitations SET invited_at = invited_at - :by"), {"by": timedelta(hours=1)})


def let_three_days_pass() -> None:
    with transaction():
        db.session.execute(text("UPDATE invitations SET expires_at = expires_at - :by"), {"by": timedelta(hours=72)})


def test_the_invited_person_joins_and_everyone_is_told(
    login: Login, dana: User, startup: Organization, client: Client
) -> None:
    lee = make_user("Lee Okafor", email="Lee@example.org")
    link = invite(login, dana, startup, "lee@example.org")

    assert mails_to("lee@example.org")[-1].notice.subject == "Dana Ruiz invited you to CurbSense Inc. on PGH Lab"
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
    older = invite(login, dana, startup, lee.email)
    let_an_hour_pass()
    newer = invite(login, dana, startup, lee.email)
    assert (login(lee).get(older).status_code, login(lee).get(newer).status_code) == (410, 200)

    page = login(dana).get(f"/apply/organizations/{startup.id}/team").text
    withdrawal = page.split('action="')[2].split('"')[0]
    assert withdrawal.endswith("/withdrawal")
    assert login(dana).post(withdrawal).status_code == 303
    assert login(lee).post(newer, data={"reply": "accept"}).status_code == 410
    assert login(dana).post(withdrawal).status_code == 410


def test_one_mailbox_gets_one_mail_an_hour(login: Login, dana: User, startup: Organization) -> None:
    """Red where each press sends a mail: somebody else's mailbox fills as fast as one can press."""
    link, team = invite(login, dana, startup, "lee@example.org"), f"/apply/organizations/{startup.id}/team"
    for address in ("lee@example.org", "LEE@example.org"):
        again = login(dana).post(f"{team}/new", data={"email": address, "role": "viewer"})
        assert (again.status_code, "less than an hour ago" in again.text) == (422, True)
    assert len(mails_to("lee@example.org")) == 1
    assert login(make_user("Lee", email="lee@example.org")).get(link).status_code == 200, "it goes on working"

    let_an_hour_pass()
    invite(login, dana, startup, "lee@example.org")
    assert len(mails_to("lee@example.org")) == 2


def test_taking_invitations_back_is_no_way_around(login: Login, dana: User, startup: Organization) -> None:
    team = f"/apply/organizations/{startup.id}/team"
    answers = []
    for _ in range(5):
        answers.append(login(dana).post(f"{team}/new", data={"email": "lee@example.org", "role": "viewer"}).status_code)
        for waiting in queries.list_invitations(startup):
            login(dana).post(f"/apply/organizations/{startup.id}/invitations/{waiting.id}/withdrawal")

    assert (answers, len(mails_to("lee@example.org"))) == ([303, 303, 303, 422, 422], 3)


def test_the_wrong_account_is_not_offered_to_join(login: Login, dana: User, startup: Organization) -> None:
    link, lee = invite(login, dana, startup, "lee@example.org"), make_user("Lee", email="Lee@example.org")
    page = login(make_user("Rival")).get(link).text
    assert ("Send your answer" in page, "was sent to another address" in page) == (False, True)
    assert "lee@example.org" not in page

    page = login(lee).get(link).text  # control: the right one is
    assert ("Send your answer" in page, "was sent to another address" in page) == (True, False)


def test_an_invitation_ends_after_three_days(login: Login, dana: User, startup: Organization) -> None:
    lee = make_user("Lee", email="lee@example.org")
    link = invite(login, dana, startup, lee.email)
    let_three_days_pass()

    assert login(lee).post(link, data={"reply": "accept"}).status_code == 410


def test_who_comes_too_late_asks_for_a_new_invitation_once(
    login: Login, dana: User, startup: Organization, client: Client
) -> None:
    link = invite(login, dana, startup, "lee@example.org")
    assert client.post(f"{link}/renewal").status_code == 410, "it still works"
    let_three_days_pass()

    assert "Ask for a new invitation" in client.get(link).text
    assert client.post(f"{link}/renewal").status_code == 303
    asked = [mail.notice.subject for mail in mails_to(dana.email)]
    assert asked == ["lee@example.org asks for a new invitation"]

    assert "Ask for a new invitation" not in client.get(link).text
    assert client.post(f"{link}/renewal").status_code == 410
    assert client.post("/invitations/no-such-link/renewal").status_code == 404
    log = login(dana).get(f"/apply/organizations/{startup.id}/history").text
    assert "Asked for an invitation again" in log


def test_where_the_inviter_left_the_present_representatives_are_asked(
    login: Login, dana: User, startup: Organization, client: Client
) -> None:
    link, lee = invite(login, dana, startup, "new@example.org"), make_user("Lee Okafor")
    keep(Membership(organization=startup, user=lee, role=MemberRole.REPRESENTATIVE))
    assert login(dana).post(f"/apply/organizations/{startup.id}/team/{dana.id}/removal").status_code == 303
    let_three_days_pass()

    assert client.post(f"{link}/renewal").status_code == 303
    assert mails_to(lee.email)[-1].notice.subject == "new@example.org asks for a new invitation"


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
