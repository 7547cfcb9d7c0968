"""P2: the seal is there twice, in the queries and in the database's policies; each suffices alone, and without both it
leaks.

Sample: every page about proposals, as eight people who might want to know, three times over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from config import Settings
from pglab.core.db import db
from pglab.proposals import queries as proposal_queries
from tests.support.scoreboard import Scores
from tests.trust.sealing.rounds import City, sweep
from tests.trust.sealing.test_sinks import SEALED_TABLES

pytestmark = pytest.mark.slow

ABOUT_PROPOSALS = ("proposals.", "reviews.", "awards.", "documents.")
CURIOUS = ["founder", "rival", "evaluator", "manager", "director", "finance", "admin", "auditor"]


def without_query_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query takes everybody for somebody who may read, and every call for opened."""
    for check in ("pglab.proposals.policy.may_see", "pglab.proposals.policy.may_read_opened"):
        monkeypatch.setattr(check, lambda *_a, **_k: True)
    monkeypatch.setattr("pglab.web.security.refusal", lambda _access: None)
    monkeypatch.setattr(
        proposal_queries, "list_standing_submissions", lambda rfp, **_viewer: proposal_queries.list_standing(rfp)
    )


def owner_of(settings: Settings) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection as the owner of the tables, each statement on its own."""
    return psycopg.connect(settings.database_owner_url.replace("+psycopg", ""), autocommit=True)


@contextmanager
def without_policies(settings: Settings) -> Iterator[None]:
    """The database's policies of every table that has some are off meanwhile."""
    with owner_of(settings) as connection:
        tables = [row[0] for row in connection.execute("SELECT DISTINCT tablename FROM pg_policies")]
        for table in tables:
            connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            for table in tables:
                connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@pytest.mark.parametrize(
    ("queries", "policies"),
    [(False, True), (True, False), (False, False)],
    ids=["policies alone", "queries alone", "neither"],
)
def test_each_layer_suffices(
    city: City, scored: Scores, monkeypatch: pytest.MonkeyPatch, queries: bool, policies: bool
) -> None:
    reading = [p for p in city.listed if p.method == "GET" and p.endpoint.startswith(ABOUT_PROPOSALS)]
    if not queries:
        without_query_checks(monkeypatch)
    if policies:
        found = sweep(city, reading, CURIOUS)
    else:
        with without_policies(city.app.config["SETTINGS"]):
            found = sweep(city, reading, CURIOUS)
    assert found.answers >= 70 * len(CURIOUS)
    if queries or policies:
        assert found.leaks == {}
        layer = "policies" if policies else "queries"
        scored("P2", what=f"answers with a canary, with the {layer} alone", sample=found.answers)
    else:
        assert len(found.leaks) > 20
        scored("P2", control=f"with neither layer {len(found.leaks)} of {found.answers} answers leak")


def test_every_table_with_content_has_policies_that_bind_its_owner_too(city: City, scored: Scores) -> None:
    with city.app.app_context():
        bound = set(
            db.session.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"))
        )
        db.session.remove()
    assert bound >= SEALED_TABLES
    scored("P2", what="tables that hold a proposal's content, without policies", sample=len(SEALED_TABLES))


# Of a function that runs as whoever acts: the rules that read a table with policies.
UNFIT_RULES = """
    SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname = 'public' AND prorettype = 'trigger'::regtype AND NOT prosecdef
        AND EXISTS (SELECT 1 FROM pg_class WHERE relrowsecurity AND prosrc ~ ('\\m(FROM|JOIN) ' || relname || '\\M'))
"""


def test_every_rule_reads_all_rows_whoever_acts(city: City, scored: Scores) -> None:
    """A row that the policies hide from the person who acts would count as one that breaks nothing."""
    with city.app.app_context():
        assert list(db.session.scalars(text(UNFIT_RULES))) == []
        db.session.remove()
    with owner_of(city.app.config["SETTINGS"]) as owner:
        owner.execute("ALTER FUNCTION score_may_change() SECURITY INVOKER")
        unfit = owner.execute(UNFIT_RULES).fetchall()
        owner.execute("ALTER FUNCTION score_may_change() SECURITY DEFINER")
    assert unfit == [("score_may_change",)]
    scored("P2", control="a rule that reads as the person who acts is noticed")
