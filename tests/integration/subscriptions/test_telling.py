"""Who is mailed what and when: at once, merged, in the morning, on business days; each item to each follower once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pglab.cohorts.models import Cohort
from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.outbox.models import Email
from pglab.subscriptions import queries
from pglab.subscriptions.jobs import tell_all
from pglab.subscriptions.models import Follower
from pglab.subscriptions.services import announce, stop_following
from pglab.subscriptions.states import Frequency, NewsKind
from tests.factories.followers import CALLS, RESULTS, make_follower, of_cohort
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import mails_to
from tests.support.databases import OfficialClock

# A Friday; the Monday after it is Columbus Day, so the next business day is Tuesday.
FRIDAY = datetime(2026, 10, 9, 11, 0, tzinfo=EASTERN)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

WAITING = """
SELECT scheduled_at - now() FROM procrastinate_jobs
WHERE task_name = 'subscriptions.tell_followers' AND scheduled_at IS NOT NULL
"""


@pytest.fixture
def at(clock: OfficialClock) -> OfficialClock:
    clock.freeze(FRIDAY)
    return clock


@pytest.fixture
def cohort(at: OfficialClock) -> Cohort:
    return make_open_rfp(12).cohort


def tell(cohort: Cohort, kind: NewsKind = NewsKind.ADDENDUM, title: str = "Addendum 1", **when: datetime) -> None:
    with transaction():
        path = f"/cohorts/{cohort.number}"
        announce(kind, cohort, title=title, summary="The deadline stays.", path=path, **when)


def news_for(follower: Follower) -> list[Email]:
    """What the worker owes this follower by now."""
    tell_all()
    return [mail for mail in mails_to(follower.email) if mail.notice.kind == "news"]


def subjects(follower: Follower) -> list[str]:
    return [mail.notice.subject for mail in news_for(follower)]


def test_news_is_one_mail_to_who_follows_it_and_to_nobody_else(cohort: Cohort, at: OfficialClock):
    follower, other = make_follower(of_cohort(12)), make_follower(CALLS)
    at.freeze(FRIDAY + MINUTE)
    tell(cohort)

    assert subjects(follower) == subjects(follower) == ["Addendum 1 (PGH Lab Cohort 12)"]
    assert subjects(other) == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (NewsKind.CALL, "calls"),
        (NewsKind.ANSWERS, "cohort"),
        (NewsKind.ADDENDUM, "cohort"),
        (NewsKind.DEADLINE, "calls cohort"),
        (NewsKind.CANCELLED, "calls cohort"),
        (NewsKind.RESULTS, "cohort results"),
        (NewsKind.SESSION, "cohort"),
    ],
)
def test_each_kind_reaches_the_topics_it_belongs_to(cohort: Cohort, at: OfficialClock, kind: NewsKind, told: str):
    make_open_rfp(13)
    people = {
        "calls": make_follower(CALLS),
        "cohort": make_follower(of_cohort(12)),
        "elsewhere": make_follower(of_cohort(13)),
        "results": make_follower(RESULTS),
    }
    at.freeze(FRIDAY + MINUTE)
    tell(cohort, kind)

    assert [name for name, follower in people.items() if subjects(follower)] == told.split()


def test_whoever_follows_two_topics_is_told_once(cohort: Cohort, at: OfficialClock):
    follower = make_follower(CALLS, of_cohort(12), RESULTS)
    at.freeze(FRIDAY + MINUTE)
    tell(cohort, NewsKind.DEADLINE, "New deadline: Friday, October 23")

    assert len(news_for(follower)) == 1


def test_what_was_public_before_is_no_news(cohort: Cohort, at: OfficialClock):
    tell(cohort)
    at.freeze(FRIDAY + MINUTE)
    assert subjects(make_follower(of_cohort(12), CALLS)) == []


def test_a_scheduled_publication_is_told_once_it_is_public(cohort: Cohort, at: OfficialClock):
    follower = make_follower(CALLS)
    publish_at = (FRIDAY + 4 * DAY).astimezone(UTC)
    at.freeze(FRIDAY + MINUTE)
    tell(cohort, NewsKind.CALL, "PGH Lab Cohort 12 is open", visible_at=publish_at)
    [wait] = db.session.scalars(
        text(
            "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE task_name = :task AND scheduled_at IS NOT NULL"
        ),
        {"task": "subscriptions.tell_followers"},
    )

    assert abs(wait - (publish_at - FRIDAY - MINUTE)) < timedelta(seconds=30)
    assert subjects(follower) == []
    at.freeze(publish_at)
    assert subjects(follower) == subjects(follower) == ["PGH Lab Cohort 12 is open"]


def test_a_call_cancelled_before_publication_is_never_told(cohort: Cohort, at: OfficialClock):
    follower = make_follower(CALLS)
    at.freeze(FRIDAY + MINUTE)
    tell(cohort, NewsKind.CALL, "Cohort 12 is open", visible_at=FRIDAY + 4 * DAY)
    tell(cohort, NewsKind.CANCELLED, "Cohort 12 is cancelled")
    at.freeze(FRIDAY + 5 * DAY)

    assert subjects(follower) == ["Cohort 12 is cancelled"]


def test_the_same_event_within_ten_minutes_is_one_more_mail_not_many(cohort: Cohort, at: OfficialClock):
    follower = make_follower(of_cohort(12))
    said = []
    for minute in range(1, 13):
        at.freeze(FRIDAY + minute * MINUTE)
        if minute < 5:
            tell(cohort, NewsKind.ANSWERS, f"Answer {minute}")
        if minute == 2:
            tell(cohort, NewsKind.ADDENDUM, "Addendum 1")
        said.append(len(news_for(follower)))

    assert said == [1] + [2] * 9 + [3] * 2, "the first at once, another event too, the rest together"
    assert subjects(follower)[-1] == "New answers for PGH Lab Cohort 12 (3)"


@pytest.mark.parametrize(("hour", "told"), [(19, 1), (20, 0), (23, 0), (30, 0), (31, 1)])
def test_between_eight_and_seven_it_is_quiet(cohort: Cohort, at: OfficialClock, hour: int, told: int):
    follower = make_follower(of_cohort(12))
    midnight = FRIDAY.replace(hour=0)
    at.freeze(midnight + timedelta(hours=min(hour, 20)))
    tell(cohort)
    at.freeze(midnight + timedelta(hours=hour))

    assert len(news_for(follower)) == told


def test_the_quiet_hours_go_by_the_clock_on_the_wall():
    """The night of November 1, 2026 has 12 hours: 7 a.m. is an hour later than the day before."""
    for at, quiet in [("2026-10-31T11:00", False), ("2026-11-01T11:59", True), ("2026-11-01T12:00", False)]:
        assert queries.is_quiet(datetime.fromisoformat(at).replace(tzinfo=UTC)) is quiet


def test_the_digest_comes_at_eight_on_business_days_and_is_never_empty(cohort: Cohort, at: OfficialClock):
    follower = make_follower(of_cohort(12), frequency=Frequency.DAILY)
    tell_at = {FRIDAY + MINUTE: "Addendum 1", FRIDAY + DAY: "Addendum 2", FRIDAY.replace(day=13, hour=9): "Addendum 3"}
    said = {}
    for hour in range(11, 24 * 8):
        now = FRIDAY.replace(hour=0) + timedelta(hours=hour)
        for when, title in [(when, title) for when, title in tell_at.items() if when <= now]:
            at.freeze(when)
            tell(cohort, title=title)
            del tell_at[when]
        at.freeze(now)
        before = len(mails_to(follower.email))
        new = news_for(follower)
        if len(mails_to(follower.email)) > before:
            said[now.strftime("%A %H")] = new[-1].notice.subject

    assert said == {
        "Tuesday 08": "PGH Lab Cohort 12: 2 updates",
        "Wednesday 08": "Addendum 3 (PGH Lab Cohort 12)",
    }


def test_a_digest_that_no_worker_sent_in_time_is_sent_late(cohort: Cohort, at: OfficialClock):
    follower = make_follower(of_cohort(12), frequency=Frequency.DAILY)
    at.freeze(FRIDAY + MINUTE)
    tell(cohort)
    at.freeze(FRIDAY.replace(day=14, hour=15))

    assert len(news_for(follower)) == 1


def test_who_stopped_is_told_nothing(cohort: Cohort, at: OfficialClock):
    follower = make_follower(of_cohort(12))
    at.freeze(FRIDAY + MINUTE)
    tell(cohort)
    with transaction():
        stop_following(follower)

    assert subjects(follower) == []


def test_every_mail_has_its_own_link_and_says_how_to_stop(cohort: Cohort, at: OfficialClock):
    follower = make_follower(of_cohort(12))
    links = []
    for minutes in (1, 30):
        at.freeze(FRIDAY + minutes * MINUTE)
        tell(cohort)
        mail = news_for(follower)[-1]
        assert f"http://localhost{mail.unsubscribe_path}" in mail.notice.body_text
        assert mail.notice.private, "erased once sent, for it holds the link"
        links.append(mail.unsubscribe_path)

    assert len(set(links)) == 2
    assert {queries.get_follower(link.split("/")[2]).id for link in links} == {follower.id}


def test_many_followers_are_told_in_turns(cohort: Cohort, at: OfficialClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pglab.subscriptions.services.telling.AT_ONCE", 2)
    followers = [make_follower(of_cohort(12)) for _ in range(5)]
    at.freeze(FRIDAY + MINUTE)
    tell(cohort, title="Addendum 1")
    tell(cohort, NewsKind.SESSION, "Information session")

    assert [subjects(follower) for follower in followers] == [["PGH Lab Cohort 12: 2 updates"]] * 5
