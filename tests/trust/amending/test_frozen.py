"""What is published changes only by an addendum: random edits through every service and by SQL, on real commits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import User
from pglab.addenda import queries, services
from pglab.addenda.states import AddendumKind, AddendumStatus
from pglab.core.canonical import canonical_json
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError
from pglab.rfps import queries as rfp_queries
from pglab.rfps import services as rfp_services
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import seen, words
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow
SENTENCES = ("One thing.", "Another thing.", "A third thing.")
WRITES = (
    "UPDATE rfp_sections SET body = 'x' WHERE rfp_id = :id",
    "DELETE FROM rfp_sections WHERE rfp_id = :id",
    "UPDATE eligibility_rules SET text = 'x' WHERE rfp_id = :id",
    "INSERT INTO eligibility_rules (id, rfp_id, position, text) VALUES (gen_random_uuid(), :id, 99, 'x')",
    "UPDATE criteria SET weight = 10 WHERE rfp_id = :id",
    "UPDATE form_questions SET hint = 'x' WHERE rfp_id = :id",
    "UPDATE form_sections SET title = 'x' WHERE rfp_id = :id",
    "UPDATE document_slots SET max_pages = 99 WHERE rfp_id = :id",
    "UPDATE installment_templates SET amount_cents = 1 WHERE rfp_id = :id",
    "UPDATE challenge_areas SET problem = 'x' WHERE cohort_id = :cohort",
    "DELETE FROM challenge_areas WHERE cohort_id = :cohort",
    "UPDATE cohorts SET headline = 'x' WHERE id = :cohort",
    "UPDATE rfps SET closes_at = closes_at + interval '1 day' WHERE id = :id",
    "UPDATE rfps SET closes_at = closes_at - interval '1 hour' WHERE id = :id",
    "UPDATE rfps SET scores_due_at = scores_due_at + interval '1 day' WHERE id = :id",
    "UPDATE rfps SET pitch_on = decision_on WHERE id = :id",
    "UPDATE rfps SET stipend_cents = 1 WHERE id = :id",
    "UPDATE rfps SET status = 'draft' WHERE id = :id",
    "UPDATE rfps SET status = 'cancelled', cancelled_at = now(), cancel_reason = 'x' WHERE id = :id",
    "UPDATE addenda SET status = 'issued', number = 99, makes_version = 99, issued_at = official_now(), "
    "issued_by_id = prepared_by_id WHERE rfp_id = :id AND status <> 'issued'",
    "UPDATE addenda SET title = 'x' WHERE rfp_id = :id AND status = 'issued'",
    "UPDATE addenda SET xact = pg_current_xact_id()::text::bigint WHERE rfp_id = :id AND status = 'issued'",
    "INSERT INTO rfp_versions (id, rfp_id, number, made_at, snapshot, sha256) SELECT gen_random_uuid(), rfp_id, 99, "
    "made_at, snapshot, sha256 FROM rfp_versions WHERE rfp_id = :id AND number = 1",
    "UPDATE rfp_versions SET snapshot = '{}' WHERE rfp_id = :id",
)
ACTS = ("prepare", "propose", "ask", "issue", "return", "withdraw", "extend", "confirm")
Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 60)),
        st.tuples(st.just("sql"), st.integers(0, len(WRITES) - 1)),
        st.tuples(st.just("draft"), st.integers(0, 2)),
    ),
    min_size=3,
    max_size=9,
)


class Town:
    """One published call and the two people who may change it, in a database of its own."""

    def __init__(self) -> None:
        self.rfp: Rfp = make_open_rfp(closes_in=timedelta(days=30))
        self.manager: User = make_program_manager()
        self.director: User = make_director()
        self.changed = 0

    def snapshot(self) -> str:
        """What the tables say now."""
        db.session.rollback()
        db.session.expire_all()
        return canonical_json(rfp_queries.snapshot_of(self.rfp)).decode()

    def act(self, step: Step) -> None:
        """One try; a refusal is fine, a broken rule is what the test looks for."""
        name, turn = step
        before, versions = self.snapshot(), rfp_queries.latest_version(self.rfp.id).number
        try:
            self.change(name, turn)
        except (DomainError, DBAPIError):
            db.session.rollback()
        after, now = self.snapshot(), rfp_queries.get_version(self.rfp, rfp_queries.latest_version(self.rfp.id).number)
        if after != before:
            self.changed += 1
            assert name in ("issue", "confirm"), f"{step} changed what is published"
            assert now.number == versions + 1
        assert after == now.snapshot, f"after {step} the tables and the version in force differ"

    def change(self, name: str, turn: int) -> None:
        if name == "sql":
            db.session.execute(text(WRITES[turn]), {"id": self.rfp.id, "cohort": self.rfp.cohort_id})
            db.session.commit()
            return
        with transaction():
            SERVICES[name](self, turn)

    def draft(self, kind: AddendumKind = AddendumKind.CONTENT) -> Any:
        return queries.get_open_addendum(self.rfp, kind)


def propose(town: Town, turn: int) -> None:
    addendum = town.draft()
    fields = [each for each in queries.list_fields(rfp_queries.snapshot_of(town.rfp)) if each.kind in ("text", "line")]
    key = fields[turn % len(fields)].key
    services.propose_change(addendum, key, SENTENCES[turn % 3], version=addendum.version, actor=town.manager)


def issue(town: Town, kind: AddendumKind) -> None:
    addendum = town.draft(kind)
    services.issue_addendum(addendum, seen=seen(addendum), actor=town.director)


def extend(town: Town, turn: int) -> None:
    later = town.rfp.closes_at + timedelta(hours=turn - 10)
    services.ask_extension(town.rfp, services.Extension(later, "A storm."), actor=town.manager)


SERVICES: dict[str, Callable[[Town, int], object]] = {
    "prepare": lambda town, _turn: services.prepare_addendum(town.rfp, words(), actor=town.manager),
    "propose": propose,
    "ask": lambda town, _turn: services.ask_issue(town.draft(), version=town.draft().version, actor=town.manager),
    "issue": lambda town, _turn: issue(town, AddendumKind.CONTENT),
    "return": lambda town, _turn: services.return_addendum(town.draft(), reason="More.", actor=town.director),
    "withdraw": lambda town, _turn: services.withdraw_addendum(town.draft(), actor=town.manager),
    "extend": extend,
    "confirm": lambda town, _turn: issue(town, AddendumKind.DEADLINE),
    "draft": lambda town, turn: (
        rfp_services.send_for_review(town.rfp, actor=town.manager),
        rfp_services.return_to_draft(town.rfp, reason="x", actor=town.director),
        rfp_services.publish_rfp(town.rfp, version=town.rfp.version, actor=town.director),
    )[turn],
}


def test_nothing_published_changes_but_by_an_addendum(committed: Flask, scored: Scores):
    town = Town()
    tried = 0

    @settings(max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(STEPS)
    def edits(steps: list[Step]) -> None:
        nonlocal tried
        for step in steps:
            town.act(step)
            tried += 1

    edits()
    for step in [("withdraw", 0), ("prepare", 0), ("propose", 1), ("propose", 8), ("ask", 0), ("issue", 0)]:
        town.act(step)
    for number in range(len(WRITES)):
        town.act(("sql", number))
    assert town.changed > 0
    assert queries.list_issued(town.rfp)[0].status is AddendumStatus.ISSUED
    scored("P6", what="random edits of a published call, by services and by SQL, that changed it", sample=tried)


def test_without_its_trigger_the_edit_is_noticed(committed: Flask, scored: Scores):
    """Negative control: where the frozen parts thaw, the same walk finds that the tables left their version."""
    town = Town()
    with databases.superuser(committed.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]) as connection:
        connection.execute("DROP TRIGGER frozen ON document_slots; DROP TRIGGER audited ON document_slots")
    with pytest.raises(AssertionError, match="changed what is published"):
        town.act(("sql", 7))
    scored("P6", control="with the trigger of one table dropped, an edit by SQL was noticed")
