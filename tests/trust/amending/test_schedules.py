"""P6: 10,000 random schedules of extension requests, against a model that says in other words what is allowed."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from pglab.addenda.services.extending import Span, check_extension, later_dates
from pglab.addenda.services.preparing import dates_with
from pglab.core.clock import EASTERN
from pglab.core.errors import DomainError
from pglab.rfps.models import Rfp
from pglab.rfps.services.dates import check_dates
from pglab.rfps.states import RfpStatus
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow
SCHEDULES, REQUESTS = 10_000, 5
# Around both clock changes of 2026, and days without one.
STARTS = (
    datetime(2026, 3, 8, 5, tzinfo=UTC),
    datetime(2026, 11, 1, 4, tzinfo=UTC),
    datetime(2026, 6, 10, 20, tzinfo=UTC),
)
HOUR = timedelta(hours=1)


def call_closing(closes_at: datetime) -> Rfp:
    """A published call, as far as its dates go."""
    return Rfp(
        reference="RFP-12",
        status=RfpStatus.PUBLISHED,
        publish_at=closes_at - timedelta(days=30),
        questions_due_at=closes_at - timedelta(days=15),
        answers_due_at=closes_at - timedelta(days=8),
        closes_at=closes_at,
        scores_due_at=closes_at + timedelta(days=21),
        decision_on=(closes_at + timedelta(days=40)).date(),
    )


def allowed(call: Rfp, closes_at: datetime, span: Span | None, now: datetime) -> bool:
    """The rule in other words: later than the present one and than now; unopened and not cancelled; once closed only
    for an outage; and an outage began in time and is made up for."""
    if call.status is RfpStatus.CANCELLED or call.opened_at is not None:
        return False
    made_up = span is None or (
        span.began_at <= call.closes_at and (closes_at - call.closes_at) >= (span.ended_at - span.began_at)
    )
    return closes_at > max(call.closes_at, now) and made_up and (now <= call.closes_at or span is not None)


def schedule(dice: random.Random) -> int:
    """One call through a handful of requests, an opening or a cancellation; the number of rules broken."""
    call = call_closing(dice.choice(STARTS) + dice.randrange(48) * HOUR / 2)
    now, broken = call.closes_at - dice.randrange(200) * HOUR, 0
    for _ in range(REQUESTS):
        now += dice.randrange(80) * HOUR + timedelta(microseconds=dice.randrange(3))
        wanted = call.closes_at + dice.randrange(-60, 120) * HOUR / 2 + timedelta(microseconds=dice.randrange(-1, 2))
        span = None
        if dice.random() < 0.4:
            began = call.closes_at + dice.randrange(-40, 10) * HOUR
            span = Span(began, began + dice.randrange(1, 30) * HOUR)
        broken += ask(call, wanted, span, now)
        if dice.random() < 0.05:
            call.status = RfpStatus.CANCELLED
        if dice.random() < 0.1 and now > call.closes_at and call.status is RfpStatus.PUBLISHED:
            call.opened_at = now
    return broken


def ask(call: Rfp, wanted: datetime, span: Span | None, now: datetime) -> int:
    """One request, judged by the product and by the model; what was granted is carried out."""
    before = call.closes_at
    should = allowed(call, wanted, span, now)
    try:
        check_extension(call, wanted, span, now)
        granted = True
    except DomainError:
        granted = False
    if granted:
        dates = dates_with(call, later_dates(call, wanted))
        check_dates(dates)
        call.closes_at, call.scores_due_at, call.decision_on = dates.closes_at, dates.scores_due_at, dates.decision_on
    return (granted != should) + (call.closes_at < before) + (granted and call.closes_at != wanted)


def test_ten_thousand_schedules_break_no_rule(scored: Scores):
    dice = random.Random(20260308)  # noqa: S311  (a fixed seed makes the schedules the same each time)
    broken = sum(schedule(dice) for _ in range(SCHEDULES))
    assert broken == 0
    scored("P6", what="random schedules of extension requests that broke a rule", sample=SCHEDULES)


def test_a_rule_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch, scored: Scores):
    """Negative control: a product that lets a deadline be shortened differs from the model within a few schedules."""
    monkeypatch.setattr(f"{__name__}.check_extension", lambda *_given: None)
    monkeypatch.setattr(f"{__name__}.check_dates", lambda _dates: None)
    dice = random.Random(20260308)  # noqa: S311  (as above)
    assert sum(schedule(dice) for _ in range(100)) > 0
    scored("P6", control="without its rules the product differed from the model within 100 schedules")


@pytest.mark.parametrize(
    ("closes_at", "moved_to", "scores"),
    [
        (datetime(2026, 3, 6, 21, tzinfo=UTC), datetime(2026, 3, 9, 20, tzinfo=UTC), "17:00"),
        (datetime(2026, 3, 7, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 1, tzinfo=UTC), "02:59"),
        (datetime(2026, 10, 30, 20, tzinfo=UTC), datetime(2026, 11, 2, 21, tzinfo=UTC), "16:00"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "01:30"),
    ],
)
def test_the_four_clock_changes(closes_at: datetime, moved_to: datetime, scores: str):
    """Across each change the instant moves exactly as asked, and what follows keeps its time of day and its order."""
    call = call_closing(closes_at)
    call.scores_due_at = datetime.combine(
        closes_at.astimezone(EASTERN).date() + timedelta(days=14), time.fromisoformat(scores), EASTERN
    )
    check_extension(call, moved_to, None, closes_at - HOUR)
    dates = dates_with(call, later_dates(call, moved_to))
    check_dates(dates)
    assert dates.closes_at == moved_to
    assert f"{dates.scores_due_at.astimezone(EASTERN):%H:%M}" == scores
    assert isinstance(dates.decision_on, date)
