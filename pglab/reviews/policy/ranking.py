"""The official order: by exact score, equal scores share a place (“8=”), without signed sheets there is no place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from pglab.reviews.policy.scores import Key, official_score, sheet_total, spread_is_wide


@dataclass(frozen=True)
class Ranked:
    """One proposal in the official order. `means` and `wide` follow the rubric; without sheets score and place are
    missing, never zero."""

    proposal_id: UUID
    place: str
    position: int | None
    score: Fraction | None
    sheets: int
    means: tuple[Fraction | None, ...]
    wide: tuple[bool, ...]


def rank_proposals(
    weights: Mapping[Key, int], sheets: Mapping[UUID, Sequence[Mapping[Key, int]]], tie_order: Sequence[UUID]
) -> list[Ranked]:
    """Rank every proposal of `tie_order` by the mean total of its signed sheets (points by criterion).

    Proposals with equal scores share a place and stand in `tie_order` among themselves; the place after them counts
    them all (1, 2=, 2=, 4). Those without a signed sheet come last and have no place.
    """
    scores = {key: official_score([sheet_total(weights, sheet) for sheet in sheets.get(key, [])]) for key in tie_order}
    ordered = sorted(tie_order, key=lambda key: (scores[key] is None, -(scores[key] or 0)))
    shared = Counter(scores.values())
    first: dict[Fraction | None, int] = {}
    for at, key in enumerate(ordered, start=1):
        first.setdefault(scores[key], at)
    return [
        _ranked(key, first[score], shared[score] > 1, score, list(weights), sheets.get(key, []))
        for key, score in ((key, scores[key]) for key in ordered)
    ]


def _ranked(
    key: UUID,
    first: int,
    tied: bool,
    score: Fraction | None,
    criteria: Sequence[Key],
    sheets: Sequence[Mapping[Key, int]],
) -> Ranked:
    columns = [[sheet[criterion] for sheet in sheets] for criterion in criteria]
    return Ranked(
        proposal_id=key,
        place="" if score is None else f"{first}=" if tied else str(first),
        position=None if score is None else first,
        score=score,
        sheets=len(sheets),
        means=tuple(Fraction(sum(points), len(points)) if points else None for points in columns),
        wide=tuple(spread_is_wide(points) for points in columns),
    )
