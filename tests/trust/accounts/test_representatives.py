"""A startup is never without an authorized representative, also when many change its team at the same moment."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from pglab.accounts import queries, services
from pglab.accounts.models import MemberRole, Membership, Organization, StaffRole, User
from pglab.audit.services import record
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError
from tests.factories.accounts import make_organization, make_user
from tests.support import databases

pytestmark = pytest.mark.slow

TEAM = 6
Act = Callable[[Organization, User, User], None]


def leave(startup: Organization, user: User, _next: User) -> None:
    services.remove_member(startup, user, actor=user)


def step_down(startup: Organization, user: User, _next: User) -> None:
    services.change_member_role(startup, user, MemberRole.VIEWER, actor=user)


def push_out(startup: Organization, user: User, following: User) -> None:
    services.remove_member(startup, following, actor=user)


def demote(startup: Organization, user: User, following: User) -> None:
    services.change_member_role(startup, following, MemberRole.EDITOR, actor=user)


def all_at_once(app: Flask, *acts: Act) -> tuple[int, list[str]]:
    """Six representatives of one startup act together, each on themselves or on the next of them.

    How many representatives are left, and how it went for each.
    """
    startup = make_organization(*(make_user(f"Representative {number}") for number in range(TEAM)))
    people = [member.user_id for member in queries.list_members(startup)]
    organization_id, gate, went = startup.id, threading.Barrier(TEAM), []

    def act(number: int) -> None:
        with app.app_context():
            own = db.session.get_one(Organization, organization_id)
            user, following = (db.session.get_one(User, people[turn % TEAM]) for turn in (number, number + 1))
            assert user.role_in(organization_id) is following.role_in(organization_id) is MemberRole.REPRESENTATIVE
            gate.wait(timeout=30)
            try:
                with transaction():
                    acts[number % len(acts)](own, user, following)
                went.append("done")
            except (DomainError, DatabaseError) as refusal:
                went.append(type(refusal).__name__)
            db.session.remove()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(TEAM)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return left(organization_id), went


def left(organization_id: UUID) -> int:
    theirs = (Membership.organization_id == organization_id, Membership.role == MemberRole.REPRESENTATIVE)
    return db.session.scalar(select(func.count(Membership.id)).where(*theirs)) or 0


def without_the_rule_of_the_database(app: Flask) -> None:
    database = app.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]
    with databases.superuser(database) as connection:
        connection.execute("DROP TRIGGER somebody_represents ON memberships")


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody: each counts the others that were there when it came."""
    monkeypatch.setattr(queries, "lock_team", lambda *_all: db.session.flush())
    gate, count = threading.Barrier(TEAM), queries.count_representatives

    def count_together(startup: Organization, *, besides: User) -> int:
        found = count(startup, besides=besides)
        gate.wait(timeout=30)
        return found

    monkeypatch.setattr(queries, "count_representatives", count_together)


@pytest.mark.parametrize("acts", [(leave,), (step_down,), (push_out,), (demote,), (leave, demote, push_out)])
def test_one_is_left_whoever_goes_at_once(committed: Flask, acts: tuple[Act, ...]):
    remain, went = all_at_once(committed, *acts)

    assert remain >= 1, went
    assert "done" in went
    assert set(went) <= {"done", "RuleError", "AccessDeniedError", "NotFoundError"}, "refused in words, by no fault"


def test_the_database_alone_keeps_one_where_nobody_waits(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    without_waiting(monkeypatch)

    remain, went = all_at_once(committed, leave)

    assert remain == 1
    assert went.count("done") == TEAM - 1


def test_the_waiting_alone_keeps_one_without_the_database(committed: Flask):
    without_the_rule_of_the_database(committed)

    assert all_at_once(committed, leave)[0] == 1


def test_without_both_nobody_is_left(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    """Negative control."""
    without_the_rule_of_the_database(committed)
    without_waiting(monkeypatch)

    assert all_at_once(committed, leave)[0] == 0


def test_a_switch_off_and_a_departure_at_once_leave_somebody_who_can_submit(committed: Flask):
    """Two representatives: one leaves while an administrator switches off the other. One of the two is refused."""
    dana, lee, admin = make_user("Dana"), make_user("Lee"), make_user("Ned", StaffRole.ADMIN)
    startup, ids, went = make_organization(dana, lee), (dana.id, lee.id, admin.id), []
    gate, organization_id = threading.Barrier(2), startup.id

    def act(change: Callable[[Organization, User, User, User], None]) -> None:
        with committed.app_context():
            own = db.session.get_one(Organization, organization_id)
            people = [db.session.get_one(User, user_id) for user_id in ids]
            gate.wait(timeout=30)
            try:
                with transaction():
                    change(own, *people)
                went.append("done")
            except DomainError as refusal:
                went.append(refusal.message)
            db.session.remove()

    changes = (
        lambda own, dana, _lee, _ned: services.remove_member(own, dana, actor=dana),
        lambda _own, _dana, lee, ned: services.switch_off(lee, reason="Lost laptop.", actor=ned),
    )
    threads = [threading.Thread(target=act, args=(change,)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert went.count("done") == 1, went


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memberships SET role = 'viewer' WHERE organization_id = :id",
        "DELETE FROM memberships WHERE organization_id = :id",
    ],
)
def test_nobody_can_be_left_by_sql(committed: Flask, statement: str):
    """Neither taken away nor never there; with one entry on the log, so that nothing else refuses it."""
    startup = make_organization(make_user())

    with pytest.raises(DatabaseError, match="keeps at least one authorized representative"), transaction():
        db.session.execute(text(statement), {"id": startup.id})
        record("made.for_a_test", startup, actor=None)


def test_none_is_registered_without_one(committed: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pglab.accounts.services.organizations.join", lambda *_all: None)
    about = {"street": "1 Example St", "city": "Pittsburgh", "postal_code": "15222", "county": "Allegheny"}
    registered = {"legal_name": "Nobody’s Inc.", "registration_state": "Pennsylvania", "registration_number": ""}
    profile = services.OrganizationProfile(**about, **registered, founded_year=None, people=None, website="")

    with pytest.raises(DatabaseError, match="keeps at least one authorized representative"), transaction():
        services.register_organization(profile, actor=make_user())
