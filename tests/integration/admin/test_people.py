"""People and their roles: given by an administrator to others, on the record, with a notice."""

from collections.abc import Callable

import pytest
from flask import Flask

from pglab.accounts.models import MemberRole, Membership, StaffRole, User
from pglab.audit.models import AuditEvent
from pglab.core.db import db
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.factories.reviews import make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import mails_to
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]


@pytest.fixture
def admin(rolled_back: None) -> User:
    return make_user("Ned Fox", StaffRole.ADMIN)


def newest_event() -> AuditEvent:
    return db.session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()


def test_a_role_is_given_recorded_and_told(login: Login, admin: User) -> None:
    person = make_user("Priya Shah")

    answer = login(admin).post(f"/admin/users/{person.id}/roles/new", data={"role": "program_manager"})

    assert answer.location == f"/admin/users/{person.id}"
    assert person.staff_roles == {StaffRole.PROGRAM_MANAGER}
    assert (newest_event().action, newest_event().actor_id, newest_event().subject_id) == (
        "role.granted",
        admin.id,
        person.id,
    )
    assert [mail.notice.subject for mail in mails_to(person.email)] == ["Your PGH Lab account changed"]


def test_a_role_is_taken_at_once(login: Login, admin: User) -> None:
    person = make_user("Tomas Lin", StaffRole.FINANCE, StaffRole.DIRECTOR)

    answer = login(admin).post(f"/admin/users/{person.id}/roles/finance/removal")

    assert answer.status_code == 303
    assert person.staff_roles == {StaffRole.DIRECTOR}
    assert newest_event().action == "role.revoked"


def test_nobody_changes_their_own_roles(login: Login, admin: User) -> None:
    client = login(admin)
    for path, typed in (("roles/new", {"role": "finance"}), ("roles/admin/removal", {})):
        page = client.post(f"/admin/users/{admin.id}/{path}", data=typed)
        assert page.status_code == 422
        assert "You can’t change your own roles. Ask another administrator." in page.text
    assert admin.staff_roles == {StaffRole.ADMIN}


def test_administrators_hold_no_other_role(login: Login, admin: User) -> None:
    manager, other = make_user("Priya Shah", StaffRole.PROGRAM_MANAGER), make_user("Second", StaffRole.ADMIN)

    for person, role in ((manager, "admin"), (other, "finance")):
        assert login(admin).post(f"/admin/users/{person.id}/roles/new", data={"role": role}).status_code == 422


@pytest.mark.parametrize("role", [role for role in StaffRole if role is not StaffRole.ADMIN])
def test_no_other_role_may_look_after_people(login: Login, role: StaffRole) -> None:
    client, person = login(make_user("Somebody", role)), make_user()

    for path in ("/admin", "/admin/users", f"/admin/users/{person.id}", "/admin/roles"):
        assert client.get(path).status_code == 403
    assert client.post(f"/admin/users/{person.id}/roles/new", data={"role": "admin"}).status_code == 403
    assert not person.roles


def test_a_lost_device_is_cleared_by_an_administrator(login: Login, admin: User) -> None:
    person = make_user("Priya Shah", StaffRole.PROGRAM_MANAGER)
    person.tf_primary_method, person.tf_totp_secret = "authenticator", "x"
    signed_in = login(person)

    assert login(admin).post(f"/admin/users/{person.id}/second-factor-removal").status_code == 303
    assert (person.tf_primary_method, person.tf_totp_secret) == (None, None)
    assert signed_in.get("/account").location.startswith("/sign-in")


def test_people_are_found_by_name_address_and_role(login: Login, admin: User) -> None:
    make_user("Łukasz Żółć", StaffRole.FINANCE, email="lz@example.org")
    make_user("100% Sure", email="sure@example.org")
    client = login(admin)

    assert "Łukasz" in client.get("/admin/users?q=LZ@example").text
    assert "Łukasz" not in client.get("/admin/users?q=100%25").text
    assert "Łukasz" in client.get("/admin/users?role=finance").text
    assert "Nothing matches" in client.get("/admin/users?q=_____").text


@pytest.mark.parametrize("page", ["-1", "0", "999999999999", "x", "1e3", "²"])
def test_page_numbers_are_brought_inside(login: Login, admin: User, page: str) -> None:
    client = login(admin)

    assert client.get("/admin/users", query_string={"page": page}).status_code == 200
    assert client.get("/admin/audit", query_string={"page": page}).status_code == 200


def test_the_list_asks_as_often_for_many_as_for_few(app: Flask, login: Login, admin: User) -> None:
    client = login(admin)
    counts = []
    for more in (1, 3):
        for _ in range(more):
            make_organization(make_user("Somebody", StaffRole.FINANCE))
        db.session.expunge_all()
        with counting() as sent:
            client.get("/admin/users")
        counts.append(len(sent))

    assert counts[0] == counts[1], counts


def test_a_role_nobody_holds_has_no_page_to_remove_it(login: Login, admin: User) -> None:
    path = f"/admin/users/{make_user('Tomas').id}/roles/{{}}/removal"

    assert [login(admin).get(path.format(role)).status_code for role in ("finance", "king")] == [404, 404]
    assert login(admin).post(path.format("finance")).status_code == 404


def test_a_refusal_speaks_of_roles_as_people_do(login: Login) -> None:
    page = login(make_user("Ned", StaffRole.ADMIN)).get("/finance")

    assert page.status_code == 403
    assert "a finance officer" in page.text


@pytest.mark.parametrize("role", [StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.ADMIN, StaffRole.AUDITOR])
def test_who_scores_is_given_no_role_that_decides_on_scores(login: Login, admin: User, role: StaffRole) -> None:
    [seat] = make_panel(make_open_rfp(), "Avery Chen")

    page = login(admin).post(f"/admin/users/{seat.user_id}/roles/new", data={"role": role.value})

    assert page.status_code == 422
    assert "sits on a panel that has not decided yet" in page.text


def test_a_finance_officer_may_score(login: Login, admin: User) -> None:
    [seat] = make_panel(make_open_rfp(), "Avery Chen")

    answer = login(admin).post(f"/admin/users/{seat.user_id}/roles/new", data={"role": "finance"})

    assert answer.status_code == 303


def test_switching_off_the_only_representative_has_to_be_meant(login: Login, admin: User) -> None:
    dana, lee = make_user("Dana Ruiz"), make_user("Lee Okafor")
    startup = make_organization(dana, name="CurbSense Inc.")
    keep(Membership(organization=startup, user=lee, role=MemberRole.EDITOR))
    client, path = login(admin), f"/admin/users/{dana.id}/access"

    assert "Nobody else can submit for CurbSense Inc." in client.get(path).text
    refused = client.post(path, data={"reason": "Asked for it."})
    assert (refused.status_code, dana.active) == (422, True)
    assert 'id="anyway-error"' in refused.text

    assert client.post(path, data={"reason": "Lost laptop.", "anyway": "yes"}).status_code == 303
    assert not dana.active
    assert "Nobody can submit for CurbSense Inc." in [mail.notice.subject for mail in mails_to(lee.email)]
    assert newest_event().action == "organization.unrepresented"


def test_with_another_representative_nothing_is_asked(login: Login, admin: User) -> None:
    dana = make_user("Dana Ruiz")
    make_organization(dana, make_user("Lee Okafor"))
    client, path = login(admin), f"/admin/users/{dana.id}/access"

    assert "Nobody else can submit" not in client.get(path).text
    assert client.post(path, data={"reason": "Asked for it."}).status_code == 303
