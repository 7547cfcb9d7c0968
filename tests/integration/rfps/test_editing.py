"""Changing a draft: who may, when, on which version, and what each part refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pglab.accounts.models import StaffRole
from pglab.audit.models import AuditEvent
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.rfps import make_draft_rfp, make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")


def dates_of(rfp: Rfp, **changes) -> services.CallDates:
    names = ("publish_at", "questions_due_at", "answers_due_at", "closes_at", "scores_due_at", "decision_on")
    return services.CallDates(**{name: getattr(rfp, name) for name in names} | changes)


def details_of(rfp: Rfp, **changes) -> services.CallDetails:
    cohort = rfp.cohort
    given = {name: getattr(cohort, name) for name in ("headline", "summary", "pilot_start_on", "pilot_end_on")}
    amounts = {"budget_cents": cohort.budget_cents, "stipend_cents": rfp.stipend_cents, "award_count": rfp.award_count}
    return services.CallDetails(**given | amounts | changes)


def rubric_of(rfp: Rfp, *weights: int) -> list[services.RubricLine]:
    return [
        services.RubricLine(
            line.title, line.question, weight, list(line.anchors), line.library_key, line.library_version, line.id
        )
        for line, weight in zip(queries.list_criteria(rfp.id), weights, strict=True)
    ]


def plan_of(rfp: Rfp, *amounts: int) -> list[services.InstallmentPlan]:
    return [
        services.InstallmentPlan(part.milestone, part.done_when, part.due_after_days, amount, part.id)
        for part, amount in zip(queries.list_installments(rfp.id), amounts, strict=True)
    ]


def area_text(rfp: Rfp, **changes) -> services.AreaText:
    area = queries.list_areas(rfp.cohort_id)[0]
    names = ("title", "teaser", "problem", "affected", "success", "constraints", "data_and_sites", "host")
    return services.AreaText(**{name: getattr(area, name) for name in names} | {"champion_email": ""} | changes)


def records_of(subject) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.subject_id == subject.id).order_by(AuditEvent.seq)
    return list(db.session.scalars(query))


def every_change(rfp: Rfp, *, version: int, actor) -> list:
    """Each service that changes a draft, ready to be called."""
    named = {"version": version, "actor": actor}
    area = queries.list_areas(rfp.cohort_id)[0]
    return [
        lambda: services.change_dates(rfp, dates_of(rfp), **named),
        lambda: services.change_details(rfp, details_of(rfp), **named),
        lambda: services.change_notice(rfp, [services.SectionText("Title", "Body")] * 11, **named),
        lambda: services.change_eligibility(rfp, [services.RuleText("A rule")] * 5, **named),
        lambda: services.change_rubric(rfp, rubric_of(rfp, 20, 20, 20, 20, 20), **named),
        lambda: services.change_stages(rfp, services.Stages(has_pitch=True, has_feasibility=False), **named),
        lambda: services.change_slots(rfp, [services.SlotText("A file", "", 5)] * 2, **named),
        lambda: services.change_installments(rfp, plan_of(rfp, 5_000_00, 15_000_00, 5_000_00), **named),
        lambda: services.change_area(area, area_text(rfp), rfp=rfp, **named),
    ]


def test_only_program_managers_change_a_draft():
    rfp = make_draft_rfp()
    for actor in (make_director(), make_user(), make_user("Ned Fox", StaffRole.ADMIN)):
        for change in every_change(rfp, version=1, actor=actor):
            with pytest.raises(AccessDeniedError), transaction():
                change()
    assert db.session.get_one(Rfp, rfp.id).version == 1


def test_nothing_of_a_published_call_changes():
    rfp = make_open_rfp()
    for change in every_change(rfp, version=rfp.version, actor=make_program_manager()):
        with pytest.raises(StateError, match="only by an addendum"), transaction():
            change()


def test_nothing_changes_while_it_waits_for_the_second_person():
    manager = make_program_manager()
    rfp = make_draft_rfp(actor=manager)
    with transaction():
        services.send_for_review(rfp, actor=manager)
    for change in every_change(rfp, version=rfp.version, actor=manager):
        with pytest.raises(StateError, match="Return it to draft"), transaction():
            change()


def test_whoever_saved_first_wins_and_each_save_counts_the_version():
    manager = make_program_manager()
    rfp = make_draft_rfp(actor=manager)
    for version, change in enumerate(every_change(rfp, version=1, actor=manager), start=1):
        if version == 1:
            with transaction():
                change()
        else:
            with pytest.raises(services.StaleVersionError), transaction():
                change()
    assert db.session.get_one(Rfp, rfp.id).version == 2


def test_each_change_is_one_record_on_the_rfp():
    manager = make_program_manager()
    rfp = make_draft_rfp(actor=manager)
    for place in range(9):
        with transaction():
            every_change(rfp, version=place + 1, actor=manager)[place]()
    assert records_of(rfp) == ["rfp.drafted"] + ["rfp.changed"] * 9
    assert records_of(rfp.cohort) == ["cohort.created", "cohort.changed", "cohort.challenge_changed"]


@pytest.mark.parametrize(
    ("moved", "field"),
    [
        ({"questions_due_at": -1}, "questions_due_at"),
        ({"answers_due_at": -1}, "answers_due_at"),
        ({"closes_at": -1}, "closes_at"),
        ({"scores_due_at": 0}, "scores_due_at"),
    ],
)
def test_dates_follow_each_other(moved, field):
    rfp, manager = make_draft_rfp(), make_program_manager()
    order = ["publish_at", "questions_due_at", "answers_due_at", "closes_at", "scores_due_at"]
    earlier = getattr(rfp, order[order.index(field) - 1])
    dates = dates_of(rfp, **{field: earlier + timedelta(seconds=next(iter(moved.values())))})

    with pytest.raises(RuleError) as refused, transaction():
        services.change_dates(rfp, dates, version=1, actor=manager)

    assert refused.value.field == field
    assert "must come after" in refused.value.message


def test_decisions_come_after_scores_by_the_citys_calendar():
    rfp, manager = make_draft_rfp(), make_program_manager()
    early = dates_of(rfp, decision_on=(rfp.scores_due_at - timedelta(days=2)).date())

    with pytest.raises(RuleError, match="Decisions") as refused, transaction():
        services.change_dates(rfp, early, version=1, actor=manager)

    assert refused.value.field == "decision_on"


def test_a_deadline_in_the_past_is_refused():
    rfp, manager = make_draft_rfp(), make_program_manager()
    past = official_now() - timedelta(minutes=1)
    dates = dates_of(
        rfp,
        publish_at=past - timedelta(days=3),
        questions_due_at=past - timedelta(days=1),
        answers_due_at=past - timedelta(days=1),
        closes_at=past,
    )

    with pytest.raises(RuleError, match="has passed already") as refused, transaction():
        services.change_dates(rfp, dates, version=1, actor=manager)

    assert refused.value.field == "closes_at"


@pytest.mark.parametrize("weights", [(25, 25, 20, 20, 9), (25, 25, 20, 20, 11)])
def test_weights_add_up_to_a_hundred(weights):
    rfp, manager = make_draft_rfp(), make_program_manager()

    with pytest.raises(RuleError, match=f"They add up to {sum(weights)}%") as refused, transaction():
        services.change_rubric(rfp, rubric_of(rfp, *weights), version=1, actor=manager)

    assert refused.value.field == "weight_1"


def test_installments_add_up_to_the_stipend_and_come_in_order():
    rfp, manager = make_draft_rfp(), make_program_manager()
    with pytest.raises(RuleError, match=r"They add up to \$25,000.01"), transaction():
        services.change_installments(rfp, plan_of(rfp, 5_000_00, 15_000_00, 5_000_01), version=1, actor=manager)
    plan = plan_of(rfp, 5_000_00, 15_000_00, 5_000_00)
    with pytest.raises(RuleError, match="on or after the one before it"), transaction():
        services.change_installments(
            rfp, [plan[0], replace(plan[1], due_after_days=5), plan[2]], version=1, actor=manager
        )


def test_a_stipend_may_be_changed_before_its_installments_and_then_stands_in_the_way():
    rfp, manager = make_draft_rfp(), make_program_manager()

    with transaction():
        services.change_details(rfp, details_of(rfp, stipend_cents=20_000_00), version=1, actor=manager)

    assert services.find_obstacles(rfp) == [
        "Installments must add up to the stipend of $20,000. They add up to $25,000."
    ]


def test_pilots_end_after_they_start():
    rfp, manager = make_draft_rfp(), make_program_manager()
    same_day = details_of(rfp, pilot_end_on=rfp.cohort.pilot_start_on)

    with pytest.raises(RuleError) as refused, transaction():
        services.change_details(rfp, same_day, version=1, actor=manager)

    assert refused.value.field == "pilot_end_on"


def test_a_champion_is_somebody_with_a_confirmed_account():
    rfp, manager = make_draft_rfp(), make_program_manager()
    area = queries.list_areas(rfp.cohort_id)[0]
    nobody = area_text(rfp, champion_email="nobody@example.org")
    with pytest.raises(RuleError) as refused, transaction():
        services.change_area(area, nobody, rfp=rfp, version=1, actor=manager)
    assert refused.value.field == "champion_email"

    champion = make_user("Mona Abara")
    with transaction():
        known = area_text(rfp, champion_email=champion.email.upper())
        services.change_area(area, known, rfp=rfp, version=1, actor=manager)

    assert queries.get_area(rfp.cohort_id, area.slug).champion_id == champion.id


def test_the_log_tells_what_was_and_what_is():
    rfp, manager = make_draft_rfp(), make_program_manager()

    with transaction():
        services.change_rubric(rfp, rubric_of(rfp, 20, 30, 20, 20, 10), version=1, actor=manager)

    newest = select(AuditEvent).where(AuditEvent.subject_id == rfp.id).order_by(AuditEvent.seq.desc()).limit(1)
    event = db.session.scalars(newest).one()
    assert (event.actor_name, event.reason) == (manager.name, "rubric")
    assert event.change == '{"after":{"1 weight":20,"2 weight":30},"before":{"1 weight":25,"2 weight":25}}'


def test_a_refused_change_leaves_nothing_behind():
    rfp, manager = make_draft_rfp(), make_program_manager()
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))

    with pytest.raises(RuleError), transaction():
        services.change_rubric(rfp, rubric_of(rfp, 1, 1, 1, 1, 1), version=1, actor=manager)

    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert [line.weight for line in queries.list_criteria(rfp.id)] == [25, 25, 20, 20, 10]
