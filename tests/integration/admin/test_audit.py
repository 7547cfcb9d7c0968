"""The audit log as staff see it."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from pglab.accounts.models import StaffRole, User
from pglab.audit.models import AuditEvent
from pglab.audit.services import record
from pglab.core.db import db, transaction
from pglab.core.ids import uuid7
from tests.factories.accounts import make_user
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]


class Thing(SimpleNamespace):
    """Something events are about."""

    def __str__(self) -> str:
        return str(self.name)


def note(name: str, action: str = "thing.changed", **values: object) -> AuditEvent:
    with transaction():
        record(action, Thing(id=uuid7(), name=name, **values), actor=None, before={"a": "one"}, after={"a": "two"})
    return db.session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()


@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.AUDITOR])
def test_administrators_and_auditors_read_and_filter(login: Login, role: StaffRole) -> None:
    event = note("<b>Łódź</b>", "thing.found")
    note("something else")
    client = login(make_user("Reader", role))

    page = client.get("/admin/audit?action=thing.found&subject=łódź", check=False).text
    assert "&lt;b&gt;Łódź&lt;/b&gt;" in page
    assert "something else" not in page
    assert client.get(f"/admin/audit/{event.hash}", check=False).status_code == 200
    assert client.get("/admin/audit/999999999999999999999").status_code == 404


@pytest.mark.parametrize("role", [StaffRole.PROGRAM_MANAGER, StaffRole.FINANCE, StaffRole.DIRECTOR])
def test_others_do_not(login: Login, role: StaffRole) -> None:
    assert login(make_user("Somebody", role)).get("/admin/audit").status_code == 403


def test_the_proof_says_that_the_chain_is_whole(login: Login) -> None:
    note("one")

    assert "The chain is whole" in login(make_user("Ivy Grant", StaffRole.AUDITOR)).get("/admin/audit/proof").text


def test_the_log_asks_as_often_for_many_as_for_few(login: Login) -> None:
    client = login(make_user("Ivy Grant", StaffRole.AUDITOR))
    counts = []
    for more in (1, 3):
        for _ in range(more):
            note("thing")
        db.session.expunge_all()
        with counting() as sent:
            client.get("/admin/audit")
        counts.append(len(sent))

    assert counts[0] == counts[1], counts
