"""What followers are mailed. Every mail but the first carries a link of its own to change or stop what comes."""

from collections.abc import Sequence

from pglab.outbox.models import SUBJECT_LENGTH
from pglab.outbox.services import owe
from pglab.subscriptions.models import Follower, NewsItem
from pglab.subscriptions.states import Frequency, NewsKind
from pglab.web.filters import plural

# What nobody may overlook: it stands in the subject whatever else is new.
FIRST_OF_ALL = frozenset({NewsKind.DEADLINE, NewsKind.CANCELLED})


def ask_to_confirm(email: str, path: str) -> None:
    """The link by which the owner of a mailbox says that they asked for this; its text is erased once sent."""
    owe(
        "follow_asked",
        email,
        subject="Confirm that you want PGH Lab updates",
        template="subscriptions/confirm",
        private=True,
        path=path,
    )


def send_news(follower: Follower, items: Sequence[NewsItem], path: str) -> None:
    """The news (N4, N9–N11, N32) as one mail. Its text holds the follower's own link, so it is erased once sent."""
    owe(
        "news",
        follower.email,
        subject=subject_of(items),
        template="subscriptions/news",
        private=True,
        items=items,
        calendar=next((item.calendar for item in reversed(items) if item.calendar), ""),
        daily=follower.frequency is Frequency.DAILY,
        path=path,
        unsubscribe_path=f"{path}/unsubscribe",
    )


def subject_of(items: Sequence[NewsItem]) -> str:
    """One item's own title; of several the last that moves a deadline or ends a call (N11), or else what they have in
    common, and how many."""
    urgent = [item for item in items if item.kind in FIRST_OF_ALL]
    if urgent:
        return _title_of(urgent[-1])
    cohorts = {item.cohort.number for item in items}
    place = f"PGH Lab Cohort {cohorts.pop()}" if len(cohorts) == 1 else "PGH Lab"
    if len(items) > 1:
        answers = {item.kind for item in items} == {NewsKind.ANSWERS}
        return f"New answers for {place} ({len(items)})" if answers else f"{place}: {plural(len(items), 'update')}"
    return _title_of(items[0])


def _title_of(item: NewsItem) -> str:
    whole = item.title if "Cohort" in item.title else f"{item.title} (PGH Lab Cohort {item.cohort.number})"
    return whole if len(whole) <= SUBJECT_LENGTH else item.title
