"""Publication takes two people and a whole plan; from then on nothing of it changes, in the database too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import StaffRole
from pglab.core.canonical import sha256_hex
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people, new_cohort

pytestmark = pytest.mark.usefixtures("rolled_back")


def in_review() -> tuple[Rfp, object, object]:
    manager, director = make_program_people()
    rfp = make_draft_rfp(actor=manager)
    with transaction():
        services.send_for_review(rfp, actor=manager)
    return rfp, manager, director


def test_two_people_publish_and_freeze_version_1():
    rfp, _manager, director = in_review()

    with transaction():
        version = services.publish_rfp(rfp, version=rfp.version, actor=director)

    assert (rfp.status, rfp.published_by_id, version.number) == (RfpStatus.PUBLISHED, director.id, 1)
    assert version.sha256 == sha256_hex(version.snapshot.encode())


def test_whoever_prepared_it_does_not_publish_it():
    rfp, manager, _director = in_review()

    with pytest.raises(AccessDeniedError, match="someone else must publish"), transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=manager)


@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.FINANCE, StaffRole.AUDITOR])
def test_other_roles_neither_publish_nor_return(role):
    rfp, _manager, _director = in_review()
    other = make_user("Other Person", role)

    with pytest.raises(AccessDeniedError), transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=other)
    with pytest.raises(AccessDeniedError), transaction():
        services.return_to_draft(rfp, reason="Because", actor=other)


def test_a_draft_is_not_published_and_a_published_one_not_again():
    draft = make_draft_rfp()
    with pytest.raises(StateError), transaction():
        services.publish_rfp(draft, version=draft.version, actor=make_director())
    published = make_open_rfp(number=13)
    with pytest.raises(StateError), transaction():
        services.publish_rfp(published, version=published.version, actor=make_director())
    with pytest.raises(StateError), transaction():
        services.send_for_review(published, actor=make_program_manager())


def test_returning_needs_a_reason_and_makes_it_a_draft_again():
    rfp, _manager, director = in_review()
    with pytest.raises(RuleError) as refused, transaction():
        services.return_to_draft(rfp, reason="", actor=director)
    assert refused.value.field == "reason"

    with transaction():
        services.return_to_draft(rfp, reason="The deadline is a holiday.", actor=director)

    assert rfp.status is RfpStatus.DRAFT


def test_a_plan_with_holes_is_not_sent_for_review():
    manager = make_program_manager()
    with transaction():
        rfp = services.create_cohort(replace(new_cohort(), budget_cents=50_000_00), actor=manager)

    assert services.find_obstacles(rfp) == ["3 awards of $25,000 are $75,000. The budget is $50,000."]
    with pytest.raises(RuleError, match=r"The budget is \$50,000"), transaction():
        services.send_for_review(rfp, actor=manager)


def test_a_number_is_taken_once():
    make_draft_rfp(number=12)

    with pytest.raises(RuleError) as refused, transaction():
        services.create_cohort(new_cohort(12), actor=make_program_manager())

    assert refused.value.field == "number"


def refused_by_the_database(statement: str, **values) -> str:
    """The code with which the database refuses the statement, run as the application's role."""
    with pytest.raises(DBAPIError) as refused, db.session.begin_nested():
        db.session.execute(text(statement), values)
    return str(refused.value.orig.sqlstate)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE criteria SET weight = weight WHERE rfp_id = :id",
        "UPDATE criteria SET anchors[1] = 'Brilliant' WHERE rfp_id = :id",
        "DELETE FROM criteria WHERE rfp_id = :id",
        "UPDATE form_questions SET word_limit = 2000 WHERE rfp_id = :id AND word_limit IS NOT NULL",
        "UPDATE installment_templates SET amount_cents = 1 WHERE rfp_id = :id",
        "UPDATE eligibility_rules SET text = 'Anyone' WHERE rfp_id = :id",
        "UPDATE rfp_sections SET body = 'Something else' WHERE rfp_id = :id",
        "UPDATE document_slots SET max_pages = 99 WHERE rfp_id = :id",
        "UPDATE rfps SET closes_at = closes_at - interval '1 second' WHERE id = :id",
        "UPDATE rfps SET closes_at = closes_at + interval '1 second' WHERE id = :id",
        "UPDATE rfps SET stipend_cents = 1 WHERE id = :id",
        "UPDATE rfps SET status = 'draft', published_by_id = NULL WHERE id = :id",
        "UPDATE cohorts SET headline = 'Another' WHERE id = (SELECT cohort_id FROM rfps WHERE id = :id)",
        "UPDATE challenge_areas SET problem = 'Another' WHERE cohort_id = (SELECT cohort_id FROM rfps WHERE id = :id)",
    ],
)
def test_what_is_published_is_frozen_in_the_database(statement):
    rfp = make_open_rfp()

    # A role that may not touch the table at all is refused earlier, with PostgreSQL's own code.
    assert refused_by_the_database(statement, id=rfp.id) in ("PL004", "42501")


def test_weights_of_95_cannot_be_published_past_the_service():
    rfp, _manager, director = in_review()
    db.session.execute(
        text("UPDATE criteria SET weight = weight - 5 WHERE rfp_id = :id AND position = 1"), {"id": rfp.id}
    )

    code = refused_by_the_database(
        "UPDATE rfps SET status = 'published', published_by_id = :who WHERE id = :id", id=rfp.id, who=director.id
    )

    assert code == "PL003"


def test_the_preparer_cannot_be_the_publisher_past_the_service():
    rfp, manager, _director = in_review()

    code = refused_by_the_database(
        "UPDATE rfps SET status = 'published', published_by_id = :who WHERE id = :id", id=rfp.id, who=manager.id
    )

    assert code in ("23514", "PL003")


def test_a_second_account_of_the_preparer_is_no_second_person():
    rfp, manager, director = in_review()
    db.session.execute(
        text("UPDATE users SET person_id = :person WHERE id = :id"), {"person": manager.person_id, "id": director.id}
    )
    db.session.expire_all()

    with pytest.raises(AccessDeniedError), transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=director)
    code = refused_by_the_database(
        "UPDATE rfps SET status = 'published', published_by_id = :who WHERE id = :id", id=rfp.id, who=director.id
    )
    assert code == "PL003"


def test_a_past_deadline_cannot_be_published(clock):
    rfp, _manager, director = in_review()
    clock.freeze(rfp.closes_at + timedelta(seconds=1))

    with pytest.raises(RuleError, match="has passed already"), transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=director)


def test_a_version_is_never_changed():
    rfp = make_open_rfp()
    queries.latest_version(rfp.id)

    code = refused_by_the_database("UPDATE rfp_versions SET snapshot = '{}' WHERE rfp_id = :id", id=rfp.id)

    assert code in ("PL002", "42501")
