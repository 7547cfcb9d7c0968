"""Changing an address, switching an account off, recovery codes: told to whom it concerns, and felt at once."""

from collections.abc import Callable

import pytest
from flask import Flask

from pglab.accounts.models import StaffRole, User
from tests.factories.accounts import make_user
from tests.support.accounts import code_for, link_in, mails_to
from tests.support.client import Client, client_for

Login = Callable[[User], Client]


def test_a_new_address_is_confirmed_in_its_mailbox_and_both_are_told(app: Flask, login: Login) -> None:
    dana = make_user("Dana", email="old@example.org")
    here, elsewhere = login(dana), client_for(app).sign_in(dana)
    assert here.post("/account/email", data={"email": "new@example.org"}).status_code == 303
    link = link_in(mails_to("new@example.org")[0])

    assert here.get(link).status_code == 200
    assert dana.email == "old@example.org"
    assert here.post(link).location == "/account"

    assert (dana.email, dana.email_key) == ("new@example.org", "new@example.org")
    assert [mails_to(box)[-1].notice.subject for box in ("old@example.org", "new@example.org")] == [
        "Your PGH Lab account changed"
    ] * 2
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 303)
    assert here.get(link).status_code == 404, "the link works once"


def test_a_link_to_a_new_address_works_for_its_own_account_only(login: Login) -> None:
    dana, rival = make_user("Dana"), make_user("Rival")
    login(dana).post("/account/email", data={"email": "new@example.org"})

    assert login(rival).post(link_in(mails_to("new@example.org")[0])).status_code == 404


def test_asking_for_an_address_does_not_tell_whether_it_has_an_account(login: Login) -> None:
    dana, known = make_user("Dana"), make_user("Known", email="known@example.org")
    answers = [login(dana).post("/account/email", data={"email": each}) for each in (known.email, "new@example.org")]

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/account")] * 2
    assert [mail.notice.kind for mail in mails_to(known.email)] == ["account_exists"]


def test_an_administrator_switches_an_account_off_and_on(app: Flask, login: Login) -> None:
    admin, dana = make_user("Ned", StaffRole.ADMIN), make_user("Dana")
    hers, path = client_for(app).sign_in(dana), f"/admin/users/{dana.id}/access"

    assert login(admin).post(path, data={"reason": "Left the City."}).status_code == 303
    assert hers.get("/account").location.startswith("/sign-in")
    assert login(admin).post(path, data={"reason": "Came back."}).status_code == 303
    assert dana.active
    assert len(mails_to(dana.email)) == 2
    assert login(admin).post(f"/admin/users/{admin.id}/access", data={"reason": "Me."}).status_code == 403


@pytest.mark.parametrize("role", [StaffRole.DIRECTOR, StaffRole.FINANCE, None])
def test_nobody_else_switches_accounts_off(login: Login, role: StaffRole | None) -> None:
    dana = make_user("Dana")
    person = make_user("Other", *([role] if role else []))

    assert login(person).post(f"/admin/users/{dana.id}/access", data={"reason": "No."}).status_code == 403


def test_recovery_codes_need_a_second_step_and_a_new_set_makes_the_old_void(app: Flask, login: Login) -> None:
    dana = make_user("Dana")
    here = login(dana)
    assert here.post("/account/recovery-codes").status_code == 422
    key = here.get("/account/two-factor").text.split('id="key">')[1].split("<")[0]
    here.post("/account/two-factor", data={"code": code_for(key)})

    first, again = here.get("/account/recovery-codes").text, here.get("/account/recovery-codes").text
    codes = [each.split("</code>")[0] for each in first.split("<li><code>")[1:]]
    assert (len(set(codes)), all(code in again for code in codes)) == (10, True)
    assert here.post("/account/recovery-codes").status_code == 303
    assert not any(code in here.get("/account/recovery-codes").text for code in codes)
