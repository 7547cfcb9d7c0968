"""The words of news and of following."""

from enum import StrEnum
from typing import NamedTuple


class NewsKind(StrEnum):
    """What happened in a cohort."""

    CALL = "call"
    ANSWERS = "answers"
    ADDENDUM = "addendum"
    DEADLINE = "deadline"
    CANCELLED = "cancelled"
    RESULTS = "results"
    SESSION = "session"


class Topic(StrEnum):
    """What somebody can follow: every call as it opens, one cohort as it goes on, or who was selected."""

    CALLS = "calls"
    COHORT = "cohort"
    RESULTS = "results"


class Frequency(StrEnum):
    """How often a follower is told: as things happen, or once each business day."""

    NOW = "now"
    DAILY = "daily"


# A moved deadline and a cancellation correct what the followers of calls were told, so they learn of them too.
NEWS_OF = {
    Topic.CALLS: frozenset({NewsKind.CALL, NewsKind.DEADLINE, NewsKind.CANCELLED}),
    Topic.COHORT: frozenset(NewsKind) - {NewsKind.CALL},
    Topic.RESULTS: frozenset({NewsKind.RESULTS}),
}


class Wish(NamedTuple):
    """One thing somebody wants to follow; a cohort by its number. Written as `calls`, `results` or `cohort-12`."""

    topic: Topic
    cohort: int | None = None

    def __str__(self) -> str:
        return self.topic.value if self.cohort is None else f"{self.topic.value}-{self.cohort}"

    @classmethod
    def read(cls, written: str) -> "Wish":
        """The wish that `str` wrote."""
        topic, _, cohort = written.partition("-")
        return cls(Topic(topic), int(cohort) if cohort else None)
