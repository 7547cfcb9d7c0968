"""A deadline moves later, for everyone, by two people; a call is cancelled by two people before the opening."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.addenda import queries, services
from pglab.addenda.states import AddendumKind
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.outages.models import Outage
from pglab.outages.services import Downtime, note_outage
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.states import Phase, RfpStatus
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import ask_extension, extend, issue, seen
from tests.factories.proposals import open_all
from tests.factories.rfps import make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")
DAY = timedelta(days=1)


def outage(began: datetime, ended: datetime | None) -> Outage:
    with transaction():
        return note_outage(Downtime(began, ended, "The site was slow."), actor=make_program_manager())


def test_confirming_moves_the_one_deadline_and_what_follows_it():
    rfp = make_open_rfp()
    old, scores, decision = rfp.closes_at, rfp.scores_due_at, rfp.decision_on
    addendum = ask_extension(rfp, old + 4 * DAY)
    assert rfp.closes_at == old
    issue(addendum)
    moved = rfp_queries.get_amendment(rfp, 1).moves_deadline
    assert (rfp.closes_at, addendum.number) == (old + 4 * DAY, 1)
    assert scores + 4 * DAY <= rfp.scores_due_at <= scores + 8 * DAY
    assert rfp.decision_on >= max(decision + 4 * DAY, rfp.scores_due_at.astimezone(EASTERN).date())
    assert moved and moved.label == "Proposals due"


@pytest.mark.parametrize(
    ("by", "said"), [(timedelta(0), "later than"), (-DAY, "later than"), (timedelta(microseconds=-1), "later than")]
)
def test_never_shorter(by: timedelta, said: str):
    rfp = make_open_rfp()
    with pytest.raises(RuleError, match=said) as refused:
        ask_extension(rfp, rfp.closes_at + by)
    assert refused.value.field == "closes_at"


def test_two_people_and_only_once():
    rfp = make_open_rfp()
    addendum = ask_extension(rfp, rfp.closes_at + DAY)
    with pytest.raises(StateError, match="already asked"):
        ask_extension(rfp, rfp.closes_at + 2 * DAY)
    with pytest.raises(AccessDeniedError):
        issue(addendum, actor=addendum.prepared_by)
    issue(addendum)
    extend(rfp, rfp.closes_at + DAY)
    assert [each.number for each in queries.list_issued(rfp)] == [2, 1]


def test_after_the_deadline_only_after_an_outage_and_then_it_is_open_again(clock):
    rfp = make_open_rfp()
    closed = rfp.closes_at
    clock.freeze(closed + timedelta(hours=2))
    with pytest.raises(RuleError, match="outage") as refused:
        ask_extension(rfp, closed + DAY)
    assert refused.value.field == "outage"
    logged = outage(closed - timedelta(hours=5), closed + timedelta(hours=1))
    with pytest.raises(RuleError, match="whole outage"):
        ask_extension(rfp, closed + timedelta(hours=5), outage=logged)
    extend(rfp, closed + timedelta(hours=6), outage=logged)
    assert rfp.phase(official_now()) in (Phase.OPEN, Phase.OPEN_FOR_QUESTIONS)


def test_an_outage_that_goes_on_or_came_after_the_deadline_extends_nothing(clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.closes_at + timedelta(hours=2))
    for logged, said in (
        (outage(rfp.closes_at - timedelta(hours=1), None), "still goes on"),
        (outage(rfp.closes_at + timedelta(hours=1), official_now()), "begun before"),
    ):
        with pytest.raises(RuleError, match=said):
            ask_extension(rfp, rfp.closes_at + DAY, outage=logged)


def test_a_request_that_came_too_late_is_not_confirmed(clock):
    rfp = make_open_rfp()
    closed = rfp.closes_at
    addendum = ask_extension(rfp, closed + DAY)
    clock.freeze(closed + timedelta(minutes=1))
    with pytest.raises(RuleError, match="has passed"):
        issue(addendum)
    assert rfp.closes_at == closed


def test_never_after_the_opening(clock):
    rfp = make_open_rfp()
    addendum = ask_extension(rfp, rfp.closes_at + 30 * DAY)
    open_all(rfp, make_program_manager(), make_director(), clock)
    with pytest.raises(StateError, match="opened"):
        issue(addendum)


def test_what_the_second_person_saw_is_what_moves():
    rfp = make_open_rfp()
    addendum = ask_extension(rfp, rfp.closes_at + DAY)
    looked = services.Seen(seen(addendum).addendum, 7)
    with pytest.raises(StateError, match="Look at it again"), transaction():
        services.issue_addendum(addendum, seen=looked, actor=make_director())


def test_dates_that_move_keep_their_time_of_day_across_the_clock_change():
    """Scores due at 5 p.m. stay due at 5 p.m., also when summer time ends in between."""
    rfp = Rfp(
        closes_at=datetime(2026, 10, 28, 20, tzinfo=UTC),
        scores_due_at=datetime(2026, 10, 29, 21, tzinfo=UTC),
        decision_on=datetime(2026, 11, 20, tzinfo=UTC).date(),
    )
    moved = services.later_dates(rfp, datetime(2026, 11, 2, 21, tzinfo=UTC))
    assert moved["dates.scores_due_at"] == "2026-11-03T22:00:00+00:00"
    assert moved["dates.decision_on"] == "2026-11-25"


def test_a_cancelled_call_takes_nothing_and_says_why():
    rfp = make_open_rfp()
    manager = make_program_manager()
    with transaction():
        services.ask_cancellation(rfp, reason="The budget was cut.", actor=manager)
    assert rfp.status is RfpStatus.PUBLISHED
    with pytest.raises(AccessDeniedError), transaction():
        services.confirm_cancellation(rfp, request=1, actor=manager)
    with transaction():
        services.confirm_cancellation(rfp, request=1, actor=make_director())
    assert (rfp.phase(official_now()), rfp.cancel_reason) == (Phase.CANCELLED, "The budget was cut.")
    with pytest.raises(StateError, match="cancelled"):
        ask_extension(rfp, rfp.closes_at + DAY)
    for again in ("published", "draft"):
        with pytest.raises(DBAPIError, match=r"cancelled|frozen"), db.session.begin_nested():
            db.session.execute(text("UPDATE rfps SET status = :to WHERE id = :id"), {"to": again, "id": rfp.id})


def test_a_cancellation_may_be_withdrawn_and_asked_again():
    rfp = make_open_rfp()
    for _ in range(2):
        with transaction():
            services.ask_cancellation(rfp, reason="The budget was cut.", actor=make_program_manager())
        with transaction():
            services.withdraw_cancellation(rfp, actor=make_director())
    assert queries.find_cancellation(rfp) is None


def test_an_opened_call_is_not_cancelled(clock):
    rfp = make_open_rfp()
    open_all(rfp, make_program_manager(), make_director(), clock)
    with pytest.raises(StateError, match="opened"), transaction():
        services.ask_cancellation(rfp, reason="Too late.", actor=make_program_manager())


def test_waiting_acts_are_listed():
    rfp = make_open_rfp()
    ask_extension(rfp, rfp.closes_at + DAY)
    with transaction():
        services.ask_cancellation(rfp, reason="The budget was cut.", actor=make_program_manager())
    assert [waiting.what for waiting in queries.list_waiting()] == ["A later deadline", "A cancellation"]
    assert queries.find_open_addendum(rfp, AddendumKind.CONTENT) is None
