"""The audit log: one chain, in the same transaction as the change."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.audit import queries
from pglab.audit.models import AuditEvent
from pglab.audit.services import record
from pglab.core.db import db, transaction
from tests.factories.accounts import make_organization, make_user

pytestmark = pytest.mark.usefixtures("rolled_back")


def test_entries_are_numbered_chained_and_verified():
    person = make_user()
    organization = make_organization(person)

    with transaction():
        record("organization.renamed", organization, actor=person, before={"name": "Ä"}, after={"name": '王\n"b"'})

    proof = queries.verify_chain()
    newest = db.session.query(AuditEvent).order_by(AuditEvent.seq.desc()).first()
    assert proof.broken_at is None
    assert (newest.action, newest.actor_id, newest.hash) == ("organization.renamed", person.id, proof.head)


def test_a_change_without_an_entry_is_refused():
    organization = make_organization()
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    with pytest.raises(DBAPIError, match="has to be on the audit log"):
        # Negative control: the organization was made under an entry of this same test transaction, so a fresh
        # subject is needed to see the refusal.
        db.session.execute(
            text(
                "INSERT INTO organizations (id, legal_name, name_key, registration_state, registration_number, street,"
                " city, postal_code, county, website, registered_on) SELECT gen_random_uuid(), 'X', 'x',"
                " registration_state, '', street, city, postal_code, county, '', registered_on"
                " FROM organizations WHERE id = :id"
            ),
            {"id": organization.id},
        )


def test_an_entry_cannot_be_changed_or_removed():
    make_organization()

    for statement in ("UPDATE audit_events SET action = 'x'", "DELETE FROM audit_events", "TRUNCATE audit_events"):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))
