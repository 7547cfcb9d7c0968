"""The formula printed in the RFP: a sheet's total is the sum of weight × points / 5, the official score is the mean of
the signed sheets. Whole fractions throughout; only what is shown is rounded, once."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar
from uuid import UUID

SCALE = 5
# A spread of 30 % of the scale or more between two evaluators is worth talking about.
WIDE = Fraction(3, 10) * SCALE

Key = TypeVar("Key", UUID, int, str)


class Rated(Protocol):
    """What an evaluator gave for one criterion so far."""

    @property
    def points(self) -> int | None: ...

    @property
    def explanation(self) -> str: ...


class Weighted(Protocol):
    """One line of the rubric."""

    @property
    def id(self) -> UUID: ...

    @property
    def position(self) -> int: ...

    @property
    def title(self) -> str: ...


def sheet_total(weights: Mapping[Key, int], points: Mapping[Key, int]) -> Fraction:
    """The total of one complete sheet, 0 to 100; ValueError when a criterion has no points: missing is not zero."""
    if weights.keys() != points.keys():
        raise ValueError("a sheet total needs points for every criterion")
    return Fraction(sum(weight * points[key] for key, weight in weights.items()), SCALE)


def running_total(weights: Mapping[Key, int], points: Mapping[Key, int]) -> tuple[Fraction, int]:
    """What an unfinished sheet has so far, and out of how many: only what was scored counts on either side."""
    scored = {key: weight for key, weight in weights.items() if key in points}
    return sheet_total(scored, {key: points[key] for key in scored}), sum(scored.values())


def official_score(totals: Sequence[Fraction]) -> Fraction | None:
    """The mean of the signed sheets' totals; None without any, for there is nothing to divide."""
    return sum(totals, Fraction(0)) / len(totals) if totals else None


def one_decimal(value: Fraction) -> str:
    """The value as it is shown: one decimal, half rounded up."""
    tenths = (value * 10 + Fraction(1, 2)).__floor__()
    return f"{tenths // 10}.{tenths % 10}"


def spread_is_wide(points: Sequence[int]) -> bool:
    """Whether the panel disagrees on a criterion: 30 % of the scale or more between the highest and the lowest."""
    return len(points) > 1 and max(points) - min(points) >= WIDE


def missing_parts(criteria: Sequence[Weighted], given: Mapping[UUID, Rated]) -> list[tuple[str, str]]:
    """What keeps a sheet from being final, in rubric order: (form field, sentence)."""
    missing = []
    for criterion in criteria:
        score = given.get(criterion.id)
        if score is None or score.points is None:
            missing.append((f"points-{criterion.position}", f"Select a score for {criterion.title}"))
        if score is None or not score.explanation:
            missing.append((f"explanation-{criterion.position}", f"Explain your score for {criterion.title}"))
    return missing
