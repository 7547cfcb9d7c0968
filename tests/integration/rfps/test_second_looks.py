"""What keeps a draft with impossible dates from being published, and what both people are told to look at again."""

from datetime import UTC, datetime, timedelta

import pytest

from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from tests.factories import keep
from tests.factories.accounts import make_director, make_organization, make_program_manager, make_user
from tests.factories.rfps import make_draft_rfp
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
DAY = timedelta(days=1)


@pytest.fixture
def rfp(clock) -> Rfp:
    """A draft on a Tuesday morning; its deadline is the Tuesday after."""
    clock.freeze(datetime(2026, 12, 1, 15, tzinfo=UTC))
    return make_draft_rfp()


def close(rfp: Rfp, at: datetime) -> None:
    """Move the deadline of a draft, and what follows it."""
    rfp.closes_at, rfp.scores_due_at, rfp.decision_on = at, at + 21 * DAY, (at + 40 * DAY).date()


def problems(rfp: Rfp) -> dict[str, str]:
    return {each.field: each.message for each in services.find_problems(queries.Parts(rfp), official_now())}


def second_looks(rfp: Rfp) -> str:
    return " ".join(each.message for each in services.find_warnings(queries.Parts(rfp), official_now()))


def test_pilots_do_not_start_before_the_decisions(rfp):
    assert problems(rfp) == {}
    rfp.cohort.pilot_start_on = rfp.decision_on - DAY
    assert "before the decisions" in problems(rfp)["pilot_start_on"]
    rfp.cohort.pilot_start_on = rfp.decision_on
    assert problems(rfp) == {}


def test_a_call_nobody_can_ask_about_any_more_is_not_published(rfp, clock):
    clock.freeze(rfp.questions_due_at - timedelta(microseconds=1))
    assert problems(rfp) == {}
    clock.freeze(rfp.questions_due_at)
    assert list(problems(rfp)) == ["questions_due_at-date"]


def test_a_call_published_late_says_when_it_became_public(rfp, clock):
    planned, manager = rfp.publish_at, make_program_manager()
    clock.freeze(planned + timedelta(hours=30, seconds=9))
    with transaction():
        services.send_for_review(rfp, actor=manager)
    assert "It is public as soon as it is published" in second_looks(rfp)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=make_director())
    late = rfp.publish_at - planned
    assert timedelta(hours=30) - timedelta(minutes=1) < late <= timedelta(hours=30, seconds=9)
    assert queries.shown_to_everyone(rfp, planned + timedelta(hours=30, seconds=9))
    frozen = queries.get_call(12, viewer=None).content["dates"]["publish_at"]
    assert datetime.fromisoformat(frozen) == rfp.publish_at


def test_a_call_published_ahead_keeps_the_time_that_was_planned(rfp, clock):
    planned, manager = rfp.publish_at, make_program_manager()
    clock.freeze(planned - DAY)
    with transaction():
        services.send_for_review(rfp, actor=manager)
        services.publish_rfp(rfp, version=rfp.version, actor=make_director())
    assert rfp.publish_at == planned


@pytest.mark.parametrize(
    ("closes_at", "said"),
    [
        (datetime(2027, 1, 16, 21, tzinfo=UTC), "The deadline, Saturday, January 16, 2027, is on a weekend."),
        (datetime(2027, 1, 18, 21, tzinfo=UTC), "The deadline, Monday, January 18, 2027, is on a holiday."),
        (datetime(2027, 1, 20, 4, 59, tzinfo=UTC), "The deadline is outside office hours."),
    ],
)
def test_a_deadline_on_a_day_or_hour_off_is_named(rfp, closes_at, said):
    assert said not in second_looks(rfp)
    close(rfp, closes_at)
    assert said in second_looks(rfp)


def test_a_short_call_is_named(rfp):
    close(rfp, rfp.publish_at + 30 * DAY)
    assert "less than three weeks" not in second_looks(rfp)
    close(rfp, rfp.publish_at + 20 * DAY)
    assert "less than three weeks" in second_looks(rfp)


def test_a_summary_that_says_other_amounts_is_named(rfp):
    rfp.cohort.summary = "We choose up to 3 startups. Each is paid $25,000 of $75,000."
    assert "summary" not in second_looks(rfp)
    rfp.cohort.summary = "We choose up to 8 startups. Each is paid $30,000."
    looks = second_looks(rfp)
    assert "The summary says $30,000. The stipend is $25,000." in looks
    assert "The summary says “up to 8”. There are 3 awards." in looks


def test_a_criterion_that_nothing_informs_is_named(rfp):
    assert "informs" not in second_looks(rfp)
    team = next(each for each in queries.list_form_sections(rfp.id) if each.criterion_id)
    name, team.criterion_id = team.criterion.title, None
    keep(team)
    assert f"No section of the form informs the criterion “{name}”." in second_looks(rfp)


def test_a_milestone_after_the_pilots_end_is_named(rfp):
    assert "after the pilots end" not in second_looks(rfp)
    last = queries.list_installments(rfp.id)[-1]
    rfp.cohort.pilot_end_on = rfp.cohort.pilot_start_on + (last.due_after_days - 1) * DAY
    assert f"“{last.milestone}” is due" in second_looks(rfp)
    rfp.cohort.pilot_end_on += DAY
    assert "after the pilots end" not in second_looks(rfp)


def test_whoever_is_on_the_team_of_a_startup_is_no_champion(rfp, login):
    founder = make_user("Dana Founder")
    make_organization(founder)
    page = Person(login(make_program_manager())).open("/manage/cohorts/12/setup/areas/safer-streets")
    page.press("Save", champion_email=founder.email, expect=422).sees("is on the team of a startup")
    page.press("Save", champion_email=make_user("Mona Abara").email)
    assert queries.get_area(rfp.cohort_id, "safer-streets").champion.name == "Mona Abara"


def test_text_typed_into_a_part_that_somebody_removed_is_given_back(rfp, login):
    page = "/manage/cohorts/12/setup/areas/safer-streets"
    manager = login(make_program_manager())
    typed = {"version": rfp.version, "title": "Words that took an hour"}
    with transaction():
        area = queries.get_area(rfp.cohort_id, "safer-streets")
        services.remove_area(area, rfp=rfp, version=rfp.version, actor=make_program_manager("Marcus Bell"))
    assert manager.get(page).status_code == 404
    lost = manager.post(page, data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert lost.status_code == 409
    assert "Somebody else removed this part" in lost.text
    assert "Words that took an hour" in lost.text


def test_a_page_for_another_stage_says_so_and_speaks_of_no_change(rfp, login):
    early = login(make_program_manager()).get("/manage/cohorts/12/addenda")
    assert early.status_code == 409
    assert "That isn’t possible now" in early.text
    assert "changed since you opened it" not in early.text
