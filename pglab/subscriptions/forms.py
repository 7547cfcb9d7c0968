"""What somebody follows, and how often they are told."""

from collections.abc import Iterable

from pglab.cohorts.models import Cohort
from pglab.subscriptions.states import Frequency, Topic, Wish
from pglab.web.forms import ChoiceField, EmailField, Form, ManyChoiceField

FREQUENCIES = (
    (Frequency.NOW, "As it happens", "Between 7 a.m. and 8 p.m. ET. News of one kind within ten minutes is one email"),
    (Frequency.DAILY, "Once a day", "At 8:00 a.m. ET on business days, and only when there is news"),
)
Choice = tuple[Wish, str, str]


class FollowForm(Form):
    """Topics and frequency."""

    wishes: ManyChoiceField
    frequency: ChoiceField


class SubscribeForm(FollowForm):
    """The same for somebody new, with their address."""

    email: EmailField


class ButtonForm(Form):
    """Nothing but a button."""


def topic_choices(cohorts: Iterable[Cohort]) -> list[Choice]:
    """What can be followed: calls, each of these cohorts, results."""
    calls = (Wish(Topic.CALLS), "New calls for proposals", "When a cohort opens or is cancelled, or its deadline moves")
    results = (Wish(Topic.RESULTS), "Results of every cohort", "Who was selected")
    each = [
        (
            Wish(Topic.COHORT, cohort.number),
            f"Everything about Cohort {cohort.number}",
            "Answers to questions, addenda, dates, sessions and results",
        )
        for cohort in cohorts
    ]
    return [calls, *each, results]


def follow_form(cohorts: Iterable[Cohort]) -> type[FollowForm]:
    """The settings of a follower who can choose from these cohorts."""

    class Settings(FollowForm):
        wishes = _wishes(cohorts)
        frequency = _frequency()

    return Settings


def subscribe_form(cohorts: Iterable[Cohort]) -> type[SubscribeForm]:
    """The form of somebody new who can choose from these cohorts."""

    class Subscription(SubscribeForm):
        email = EmailField("Email", thing="your email address")
        wishes = _wishes(cohorts)
        frequency = _frequency()

    return Subscription


def _wishes(cohorts: Iterable[Cohort]) -> ManyChoiceField:
    blank = "Select at least one thing to send you"
    return ManyChoiceField("What to send you", blank=blank, choices=topic_choices(cohorts), coerce=Wish.read)


def _frequency() -> ChoiceField:
    return ChoiceField("How often", choices=FREQUENCIES, coerce=Frequency)
