"""What the database itself refuses to the application's role: the rules of publication hold without our code."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.rfps import services
from pglab.rfps.models import Rfp
from tests.factories import keep
from tests.factories.accounts import make_director
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def refused(sql: str, **values) -> str:
    """What the database says when the application's role runs this."""
    with pytest.raises(DBAPIError) as error, transaction():
        assert db.session.scalar(text("SELECT current_user")) == "pglab_app"
        db.session.execute(text(sql), values)
    return str(error.value.orig)


PARTS = {
    "rfp_sections": "body = 'x'",
    "eligibility_rules": "text = 'x'",
    "criteria": "weight = 30",
    "form_sections": "title = 'x'",
    "form_questions": "label = 'x'",
    "document_slots": "max_pages = 99",
    "installment_templates": "amount_cents = 1",
}


@pytest.mark.parametrize("table", PARTS)
def test_parts_of_a_published_rfp_are_neither_changed_nor_removed(table: str):
    rfp = make_open_rfp()
    assert "frozen" in refused(f"UPDATE {table} SET {PARTS[table]} WHERE rfp_id = :rfp", rfp=rfp.id)
    assert "frozen" in refused(f"DELETE FROM {table} WHERE rfp_id = :rfp", rfp=rfp.id)


def test_nothing_is_added_to_a_published_rfp():
    rfp = make_open_rfp()
    insert = "INSERT INTO eligibility_rules (id, rfp_id, position, text) VALUES (gen_random_uuid(), :rfp, 99, 'x')"
    assert "frozen" in refused(insert, rfp=rfp.id)


@pytest.mark.parametrize("change", ["headline = 'x'", "number = 99", "pilot_end_on = pilot_end_on + 1"])
def test_the_words_of_a_published_cohort_are_frozen(change: str):
    rfp = make_open_rfp()
    assert "frozen" in refused(f"UPDATE cohorts SET {change} WHERE id = :id", id=rfp.cohort_id)


def test_its_budget_may_grow_and_never_falls_below_what_was_promised():
    rfp = make_open_rfp()
    assert "frozen" in refused("UPDATE cohorts SET budget_cents = 7499999 WHERE id = :id", id=rfp.cohort_id)
    rfp.cohort.budget_cents = 80_000_00
    keep(rfp.cohort)


@pytest.mark.parametrize("change", ["problem = 'x'", "title = 'x'", "slug = 'x'", "position = 9"])
def test_the_challenges_of_a_published_cohort_are_frozen(change: str):
    rfp = make_open_rfp()
    sql = f"UPDATE challenge_areas SET {change} WHERE cohort_id = :id AND slug = 'safer-streets'"
    assert "frozen" in refused(sql, id=rfp.cohort_id)
    assert "frozen" in refused("DELETE FROM challenge_areas WHERE cohort_id = :id", id=rfp.cohort_id)


@pytest.fixture
def waiting():
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    return rfp, preparer, publisher


def publishing(rfp: Rfp, by: User) -> str:
    """The bare statement behind a publication."""
    return f"UPDATE rfps SET status = 'published', published_by_id = '{by.id}' WHERE id = '{rfp.id}'"


def test_installments_that_miss_the_stipend_by_a_cent_are_not_published(waiting):
    rfp, _preparer, publisher = waiting
    take = f"UPDATE installment_templates SET amount_cents = 624999 WHERE rfp_id = '{rfp.id}' AND position = 1; "
    assert "installments total 2499999" in refused(take + publishing(rfp, publisher))


def test_more_awards_than_the_budget_covers_are_not_published(waiting):
    rfp, _preparer, publisher = waiting
    more = f"UPDATE rfps SET award_count = 4 WHERE id = '{rfp.id}'; "
    assert "budget" in refused(more + publishing(rfp, publisher))


def test_nothing_is_published_after_its_deadline_or_without_a_version(waiting, clock):
    rfp, _preparer, publisher = waiting
    assert "freezes a version" in refused(publishing(rfp, publisher))
    clock.freeze(rfp.closes_at + timedelta(seconds=1))
    assert "deadline has passed" in refused(publishing(rfp, publisher))


def test_an_rfp_begins_as_a_draft():
    rfp = make_draft_rfp()
    copied = "cohort_id, reference || 'x', publish_at, questions_due_at, answers_due_at, closes_at, scores_due_at"
    sql = (
        "INSERT INTO rfps (id, version, cohort_id, reference, publish_at, questions_due_at, answers_due_at, closes_at,"
        " scores_due_at, decision_on, stipend_cents, award_count, prepared_by_id, published_by_id, status)"
        f" SELECT gen_random_uuid(), 1, {copied}, decision_on, stipend_cents, award_count, prepared_by_id, :by,"
        " 'published' FROM rfps WHERE id = :rfp"
    )
    assert "begins as a draft" in refused(sql, by=make_director().id, rfp=rfp.id)
