"""P2: the seal is there twice, in the queries and in the database's policies; each suffices alone, and without both it
leaks.

Sample: every page about proposals, as eight people who might want to know, three times over.
"""

from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def without_policies(settings: Settings) -> Iterator[None]:
    """The database's policies of every table that has some are off meanwhile."""
    url = settings.database_owner_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
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
