"""People without an account who follow the program: one of each habit, and one who has stopped."""

from pglab.cli.demo.story import Calendar, Step
from pglab.core.db import db
from pglab.subscriptions.models import Follower, FollowRequest
from pglab.subscriptions.services import ask_to_follow, confirm_follow, stop_following, tell_followers
from pglab.subscriptions.states import Frequency, Topic, Wish

CALLS, RESULTS, COHORT_12 = Wish(Topic.CALLS), Wish(Topic.RESULTS), Wish(Topic.COHORT, 12)
FOUNDER, REPORTER, NEIGHBOR = "ines.calder@example.org", "theo.marsh@example.org", "ruth.adeyemi@example.org"
STOPPED = "max.lindqvist@example.org"


def steps(calendar: Calendar) -> list[Step]:
    """Three were there before cohort 12 opened; one follows it day by day; one has read enough."""
    follow = calendar.any_day
    return [
        follow((-45, "19:20"), "a founder follows calls", begin, FOUNDER, [CALLS], Frequency.NOW),
        follow((-38, "08:10"), "a reporter follows results", begin, REPORTER, [CALLS, RESULTS], Frequency.DAILY),
        follow((-30, "12:30"), "somebody follows everything", begin, STOPPED, [CALLS, RESULTS], Frequency.NOW),
        follow((-12, "20:40"), "a neighbor follows cohort 12", begin, NEIGHBOR, [COHORT_12], Frequency.DAILY),
        follow((-11, "10:15"), "one is told, and has read enough", be_told_and_stop, STOPPED),
    ]


def begin(email: str, wishes: list[Wish], frequency: Frequency) -> None:
    """Those who follow already get what they were not sent yet; then somebody subscribes, and confirms it."""
    tell_followers()
    ask_to_follow(email=email, wishes=wishes, frequency=frequency)
    db.session.flush()
    confirm_follow(db.session.query(FollowRequest).filter_by(email=email).one())


def be_told_and_stop(email: str) -> None:
    """Everybody gets what they were not sent yet; one of them unsubscribes."""
    tell_followers()
    stop_following(db.session.query(Follower).filter_by(email=email).one())
