"""P21: revoked means now. Whatever is taken away is gone by the very next request, file links included."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from pglab.accounts import services
from pglab.accounts.models import MemberRole, Membership, StaffRole, User
from pglab.accounts.services import sessions
from pglab.core.db import db, transaction
from pglab.reviews import services as reviews
from pglab.reviews.queries import list_own_work
from pglab.rfps.queries import list_criteria, list_slots
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.proposals import make_draft, representative_of
from tests.factories.reviews import declare, make_opened_rfp, make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import PASSWORD
from tests.support.client import Client, client_for
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

Login = Callable[[User], Client]


def with_password(person: User) -> User:
    with transaction():
        services.set_password(person, PASSWORD)
    return person


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (StaffRole.PROGRAM_MANAGER, "/manage"),
        (StaffRole.DIRECTOR, "/manage"),
        (StaffRole.FINANCE, "/finance"),
        (StaffRole.AUDITOR, "/admin/audit"),
        (StaffRole.ADMIN, "/admin/users"),
    ],
)
def test_a_role_taken_away_opens_nothing_by_the_next_request(
    login: Login, role: StaffRole, page: str, scored: Scores
) -> None:
    admin, person = make_user("Ned", StaffRole.ADMIN), make_user("Priya", role)
    open_page = login(person)
    assert open_page.get(page).status_code == 200

    assert login(admin).post(f"/admin/users/{person.id}/roles/{role.value}/removal").status_code == 303

    assert open_page.get(page).status_code == 403
    scored("P21", what=f"requests let through after the role {role.value} was taken away", sample=1)


def test_an_account_switched_off_is_out_by_the_next_request(
    login: Login, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    admin, dana = make_user("Ned", StaffRole.ADMIN), make_user("Dana")
    hers = login(dana)
    assert hers.get("/account").status_code == 200
    login(admin).post(f"/admin/users/{dana.id}/access", data={"reason": "Asked for it."})
    assert hers.get("/account").status_code == 303
    scored("P21", what="requests let through after an account was switched off", sample=1)


def test_a_new_password_ends_every_other_session_by_the_next_request(
    app: Flask, login: Login, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    dana = with_password(make_user("Dana"))
    here, there = login(dana), client_for(app).sign_in(dana)
    changed = {"current": PASSWORD, "new": PASSWORD + " anew"}
    assert here.post("/account/password", data=changed).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)

    there.sign_in(dana)
    monkeypatch.setattr("pglab.accounts.services.passwords.end_all_sessions", lambda _user: None)
    here.post("/account/password", data={"current": PASSWORD + " anew", "new": PASSWORD})
    assert there.get("/account").status_code == 200, "without the end of all sessions the other device stays in"
    scored("P21", what="requests of other devices let through after a new password", sample=1)
    scored("P21", control="with the end of all sessions removed, the other device stayed in")


def test_a_former_member_reads_neither_page_nor_file(login: Login, scored: Scores) -> None:
    proposal = make_draft(make_open_rfp())
    lead, lee = representative_of(proposal.organization), make_user("Lee")
    keep(Membership(organization=proposal.organization, user=lee, role=MemberRole.EDITOR))
    db.session.refresh(lee, ["memberships"])
    document = f"/apply/proposals/{proposal.reference}/documents/pitch-deck"
    hers = login(lee)
    assert hers.post(document, data={"file": (BytesIO(make_pdf(1)), "deck.pdf")}).status_code == 303
    assert hers.get(f"{document}/file").data.startswith(b"%PDF")

    team = f"/apply/organizations/{proposal.organization_id}/team/{lee.id}/removal"
    assert login(lead).post(team).status_code == 303

    answers = [
        hers.get(path).status_code for path in (f"{document}/file", document, f"/apply/proposals/{proposal.reference}")
    ]
    assert answers == [404] * 3
    scored("P21", what="pages and files a former member was shown", sample=3)


def test_who_recuses_reads_neither_page_nor_file(clock: OfficialClock, login: Login, scored: Scores) -> None:
    rfp, _proposals = make_opened_rfp(clock, 2)
    [member] = make_panel(rfp, "Avery Chen")
    declare(member)
    work = list_own_work(member, list_criteria(rfp.id))[0].proposal
    here = f"/review/proposals/{work.reference}"
    hers = login(member.user)
    assert hers.get(here).status_code == 200

    with transaction():
        reviews.recuse(member, work, note="A cousin works there.", actor=member.user)

    paths = [here, *(f"{here}/documents/{slot.slug}" for slot in list_slots(rfp.id))]
    assert {hers.get(path).status_code for path in paths} <= {403, 404}
    scored("P21", what="pages and files shown after a recusal", sample=len(paths))


def test_a_session_ended_elsewhere_is_noticed_because_it_is_looked_up_each_time(
    app: Flask, login: Login, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    """Negative control: a session that is not looked up goes on after its end."""
    dana = make_user("Dana")
    hers = login(dana)
    with transaction():
        sessions.end_other_sessions(dana, this="", actor=dana)
    with monkeypatch.context() as broken:
        broken.setitem(app.before_request_funcs, None, [])
        assert hers.get("/account").status_code == 200

    assert hers.get("/account").status_code == 303
    scored("P21", control="with the look-up of sessions removed, an ended session went on")
