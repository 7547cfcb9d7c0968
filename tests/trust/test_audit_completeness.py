"""P31: every change of state has one entry on the audit log, in the same transaction, and SQL cannot skip it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config import Settings
from pglab.accounts import services
from pglab.audit.queries import verify_chain
from pglab.core.db import db, transaction
from tests.support import databases
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

# A witness of our own beside the product's log: it notes each changed row's subject and transaction.
WITNESS = """
CREATE TABLE witness (relation text, subject uuid, xact bigint);
CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO witness VALUES (TG_TABLE_NAME,
        ((CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END) ->> TG_ARGV[0])::uuid,
        pg_current_xact_id()::text::bigint);
    RETURN NULL;
END $$;
"""
# Every table with the product's own trigger, and the column it is given.
AUDITED = """
SELECT tgrelid::regclass::text, split_part(encode(tgargs, 'escape'), '\\000', 1)
FROM pg_trigger WHERE tgname = 'audited' AND NOT tgisinternal
"""
UNLOGGED = """
SELECT DISTINCT witness.relation, witness.subject FROM witness
WHERE NOT EXISTS (
    SELECT 1 FROM audit_events WHERE subject_id = witness.subject AND audit_events.xact = witness.xact
)
"""
TWICE = """
SELECT subject_type, subject, action FROM audit_events
GROUP BY subject_type, subject, action, subject_id, xact HAVING count(*) > 1
"""


@pytest.fixture(scope="module")
def witnessed() -> Iterator[Flask]:
    """The whole demo story told in a database where a witness watches every audited table."""
    name = databases.run_name("witness")
    settings = databases.migrated_database(name)
    watch(name)
    with databases.app_on(settings) as app:
        told = app.test_cli_runner().invoke(args=["demo", "load"])
        assert told.exit_code == 0, told.output
        with app.app_context():
            yield app
    databases.drop(name)


def watch(name: str) -> None:
    with databases.superuser(name) as connection:
        connection.execute(WITNESS)
        for table, column in connection.execute(AUDITED).fetchall():
            connection.execute(
                f"CREATE TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION witness('{column}')"
            )
        connection.execute("GRANT SELECT ON witness TO pglab_app")


def test_a_whole_cohorts_changes_are_all_on_the_log(witnessed: Flask, scored: Scores):
    changes = db.session.execute(text("SELECT count(*) FROM witness")).scalar_one()
    assert changes > 1500, "the story is long enough to prove something"
    assert db.session.execute(text(UNLOGGED)).all() == []
    assert verify_chain().broken_at is None
    scored("P31", what="changes of audited rows in a whole cohort's story, without an entry", sample=changes)


def test_no_change_is_on_the_log_twice(witnessed: Flask):
    """One entry for each act on a subject: a reader can count the lines."""
    assert db.session.execute(text(TWICE)).all() == []


def test_entries_carry_no_sealed_content(witnessed: Flask):
    """What founders typed, how files are called and why points were given stay out of the log."""
    answers = db.session.scalars(text("SELECT text FROM answers WHERE length(text) > 20")).all()
    explanations = db.session.scalars(text("SELECT explanation FROM scores WHERE length(explanation) > 20")).all()
    names = db.session.scalars(text("SELECT DISTINCT filename FROM documents")).all()
    log = "\n".join(db.session.scalars(text("SELECT change || reason FROM audit_events")))
    assert [words for words in [*answers, *explanations, *names] if words[:40] in log] == []


def test_a_change_that_skips_the_log_is_refused_at_commit(settings: Settings, committed: Flask):
    """Negative control: the same service with its entry taken out cannot commit, and neither can raw SQL."""
    from tests.factories.accounts import make_organization, make_user  # noqa: PLC0415  (on this database)

    organization = make_organization(make_user())
    with pytest.raises(DBAPIError, match="has to be on the audit log"):
        db.session.execute(text("UPDATE organizations SET city = 'Erie' WHERE id = :id"), {"id": organization.id})
        db.session.commit()
    db.session.rollback()


def test_a_service_that_forgets_its_entry_is_refused(committed: Flask, monkeypatch: pytest.MonkeyPatch, scored: Scores):
    from tests.factories.accounts import make_organization, make_user  # noqa: PLC0415  (on this database)

    owner, friend = make_user(), make_user()
    organization = make_organization(owner)
    forget = "pglab.accounts.services.invitations.record"
    monkeypatch.setattr(forget, lambda *_a, **_k: None)
    from pglab.accounts.models import MemberRole  # noqa: PLC0415  (beside its only use)

    with pytest.raises(DBAPIError, match="has to be on the audit log"), transaction():
        services.invite_member(organization, email=friend.email, role=MemberRole.EDITOR, actor=owner)
    scored("P31", control="a service whose entry was taken out could not commit")
