"""The words of the program's history: how sure a row is, and where the City named the company."""

from enum import StrEnum


class Confidence(StrEnum):
    """How well a row of the history is supported by its sources."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Standing(StrEnum):
    """Where the City named a company as a participant."""

    LISTED_AND_ANNOUNCED = "listed_and_announced"
    ALUMNI_PAGE_ONLY = "alumni_page_only"
    ANNOUNCED_ONLY = "announced_only"
    NAMED_IN_LATER_RELEASE = "named_in_later_release"
