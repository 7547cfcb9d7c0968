"""A published RFP changes by an addendum: two people, numbered, a new version, and nothing else moves it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.addenda import queries, services
from pglab.addenda.models import Addendum
from pglab.addenda.services import addendum_issued
from pglab.addenda.states import AddendumKind, AddendumStatus
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError, StateError
from pglab.rfps import queries as rfp_queries
from tests.factories.accounts import make_director, make_finance_officer, make_program_manager
from tests.factories.addenda import NEW_TEXT, issue, make_addendum, make_waiting_addendum, seen, words
from tests.factories.proposals import open_all
from tests.factories.rfps import make_draft_rfp, make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")


def test_issuing_makes_the_next_version_and_changes_the_rows():
    rfp = make_open_rfp()
    heard: list[Addendum] = []

    def hear(_rfp: object, *, addendum: Addendum) -> None:
        heard.append(addendum)

    with addendum_issued.connected_to(hear):
        addendum = make_addendum(rfp, {"sections.0.body": NEW_TEXT, "documents.0.max_pages": 21})

    version = rfp_queries.latest_version(rfp.id)
    amendment = rfp_queries.get_amendment(rfp, 1)
    assert (addendum.number, addendum.makes_version, version.number, addendum.status) == (1, 2, 2, "issued")
    assert rfp_queries.list_notice_sections(rfp.id)[0].body == NEW_TEXT
    assert rfp_queries.list_slots(rfp.id)[0].max_pages == 21
    assert [change.key for change in amendment.changes] == ["documents.0.max_pages", "sections.0.body"]
    assert rfp_queries.content_of(version) == rfp_queries.snapshot_of(rfp)
    assert heard == [addendum]


def test_addenda_are_numbered_without_gaps():
    rfp = make_open_rfp()
    dropped = make_waiting_addendum(rfp)
    with transaction():
        services.withdraw_addendum(dropped, actor=make_program_manager())
    numbers = [make_addendum(rfp, {"eligibility.0": f"Condition {turn}"}).number for turn in range(3)]
    assert (numbers, [a.number for a in queries.list_issued(rfp)]) == ([1, 2, 3], [3, 2, 1])


EVERY_KIND = {
    "sections.1.title": "Another title",
    "areas.0.problem": "Another problem.",
    "areas.1.constraints": "",
    "criteria.0.anchors.3": "Another anchor",
    "criteria.1.question": "Another question?",
    "form.0.questions.0.label": "Another question of the form?",
    "form.0.questions.0.hint": "",
    "installments.0.done_when": "Another end.",
    "documents.0.title": "Another file",
}


def test_every_field_of_the_picker_can_be_changed():
    rfp = make_open_rfp()
    before = rfp_queries.snapshot_of(rfp)
    make_addendum(rfp, EVERY_KIND)
    changed = {change.key for change in rfp_queries.differences(before, rfp_queries.snapshot_of(rfp))}
    already_empty = {key for key, value in rfp_queries.leaves(before) if EVERY_KIND.get(key) == value}
    assert changed == set(EVERY_KIND) - already_empty
    offered = queries.list_fields(before)
    assert len(offered) > 40
    assert {field.kind for field in offered} == {"line", "text", "number", "moment", "day"}


@pytest.mark.parametrize(
    "key", ["stipend_cents", "criteria.0.weight", "dates.closes_at", "dates.publish_at", "nothing"]
)
def test_what_scores_and_payments_count_by_is_not_offered(key: str):
    addendum = draft_of(make_open_rfp())
    with pytest.raises(NotFoundError), transaction():
        services.propose_change(addendum, key, "x", version=addendum.version, actor=addendum.prepared_by)


def draft_of(rfp) -> Addendum:
    with transaction():
        return services.prepare_addendum(rfp, words(), actor=make_program_manager())


def test_a_draft_that_changes_nothing_cannot_be_issued():
    addendum = draft_of(make_open_rfp())
    actor = addendum.prepared_by
    same = queries.get_field(rfp_queries.snapshot_of(addendum.rfp), "sections.0.body").value
    with transaction():
        services.propose_change(addendum, "sections.0.body", same, version=addendum.version, actor=actor)
    with pytest.raises(RuleError, match="changes nothing"), transaction():
        services.ask_issue(addendum, version=addendum.version, actor=actor)


def test_one_draft_at_a_time_and_nobody_overwrites_another():
    rfp = make_open_rfp()
    addendum = draft_of(rfp)
    with pytest.raises(StateError, match="in preparation"):
        draft_of(rfp)
    with pytest.raises(StateError, match="Somebody else changed"), transaction():
        services.change_words(addendum, words(), version=addendum.version - 1, actor=addendum.prepared_by)


def test_the_preparer_and_other_roles_never_issue():
    addendum = make_waiting_addendum(make_open_rfp())
    for person in (addendum.prepared_by, make_finance_officer()):
        with pytest.raises(AccessDeniedError):
            issue(addendum, actor=person)
    issue(addendum, actor=make_program_manager())
    with pytest.raises(StateError, match="not waiting"):
        issue(addendum)


def test_the_second_person_issues_what_they_looked_at():
    rfp = make_open_rfp()
    addendum = make_waiting_addendum(rfp)
    looked = seen(addendum)
    with transaction():
        services.return_addendum(addendum, reason="Say more", actor=make_director())
    with transaction():
        services.ask_issue(addendum, version=addendum.version, actor=addendum.prepared_by)
    with pytest.raises(StateError, match="Look at it again"), transaction():
        services.issue_addendum(addendum, seen=looked, actor=make_director())
    assert queries.find_open_addendum(rfp, AddendumKind.CONTENT) is addendum


def test_close_to_the_deadline_a_reason_is_asked(clock):
    rfp = make_open_rfp(closes_in=timedelta(days=20))
    clock.freeze(rfp.closes_at - timedelta(days=1))
    assert services.needs_reason(rfp, official_now())
    with pytest.raises(RuleError, match="Enter why") as refused:
        make_waiting_addendum(rfp, said=words(reason=""))
    assert refused.value.field == "reason"
    clock.freeze(rfp.closes_at - timedelta(days=15))
    addendum = queries.get_open_addendum(rfp)
    with transaction():
        services.ask_issue(addendum, version=addendum.version, actor=addendum.prepared_by)
    assert addendum.status is AddendumStatus.WAITING


def test_after_the_deadline_only_later_steps_move(clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.closes_at + timedelta(hours=1))
    with pytest.raises(RuleError, match="deadline has passed"):
        make_waiting_addendum(rfp)
    with transaction():
        services.withdraw_addendum(queries.get_open_addendum(rfp), actor=make_program_manager())
    later = rfp.scores_due_at + timedelta(days=2)
    make_addendum(rfp, {"dates.scores_due_at": later})
    assert rfp.scores_due_at == later


def test_after_the_opening_nothing_changes(clock):
    rfp = make_open_rfp()
    addendum = make_waiting_addendum(rfp)
    open_all(rfp, make_program_manager(), make_director(), clock)
    with pytest.raises(StateError, match="opened"):
        issue(addendum)


def test_dates_stay_in_order_and_move_later_only():
    rfp = make_open_rfp()
    addendum = draft_of(rfp)
    for value, said in (
        (rfp.scores_due_at - timedelta(days=1), "later, not earlier"),
        (rfp.scores_due_at + timedelta(days=300), "Decisions"),
    ):
        with pytest.raises(RuleError, match=said), transaction():
            services.propose_change(
                addendum, "dates.scores_due_at", value, version=addendum.version, actor=addendum.prepared_by
            )


def test_a_draft_rfp_has_no_addendum():
    with pytest.raises(StateError, match="not published"):
        draft_of(make_draft_rfp())


WRITES = [
    "UPDATE rfp_sections SET body = 'x' WHERE rfp_id = :id",
    "UPDATE form_questions SET word_limit = 20 WHERE rfp_id = :id AND word_limit IS NOT NULL",
    "UPDATE challenge_areas SET problem = 'x' WHERE cohort_id = :cohort",
    "UPDATE rfps SET closes_at = closes_at + interval '1 hour' WHERE id = :id",
    "UPDATE rfps SET scores_due_at = scores_due_at + interval '1 hour' WHERE id = :id",
    "UPDATE rfps SET status = 'cancelled' WHERE id = :id",
    "INSERT INTO rfp_versions (id, rfp_id, number, made_at, snapshot, sha256)"
    " SELECT gen_random_uuid(), rfp_id, 2, made_at, '{}', sha256 FROM rfp_versions WHERE rfp_id = :id",
]


@pytest.mark.parametrize("write", WRITES)
def test_sql_changes_nothing_that_is_published(app: Flask, write: str):
    rfp = make_open_rfp()
    with pytest.raises(DBAPIError, match=r"frozen|deadline|cancelled|addendum"):
        db.session.execute(text(write), {"id": rfp.id, "cohort": rfp.cohort_id})
    db.session.rollback()
