"""P23: the published order is what anybody computes from the signed scores, in exact arithmetic.

Sample: 20,000 random panels against a recomputation written for this proof alone, and one real panel against the raw
rows of its signed sheets.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from sqlalchemy import text

from pglab.core.db import db, transaction
from pglab.reviews import policy, queries
from pglab.reviews import services as review_services
from pglab.rfps.queries import list_criteria
from tests.factories.reviews import make_ranked_rfp
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

PANELS = 20_000
Sheets = dict[UUID, list[dict[UUID, int]]]
Line = tuple[UUID, str, str]  # proposal, place, printed score


def recomputed(weights: Mapping[UUID, int], sheets: Sheets) -> set[Line]:
    """The order by the sentence printed in the RFP, with nothing of the product: integers over a common denominator."""
    scores = {key: mean_of(weights, given) for key, given in sheets.items()}
    lines = set()
    for key, score in scores.items():
        if score is None:
            lines.add((key, "", ""))
            continue
        better = sum(other is not None and other > score for other in scores.values())
        equal = sum(other == score for other in scores.values())
        lines.add((key, f"{better + 1}{'=' if equal > 1 else ''}", printed(score)))
    return lines


def mean_of(weights: Mapping[UUID, int], sheets: Sequence[Mapping[UUID, int]]) -> Fraction | None:
    if not sheets:
        return None
    return Fraction(sum(weights[key] * points for sheet in sheets for key, points in sheet.items()), 5 * len(sheets))


def printed(score: Fraction) -> str:
    """One decimal, half up, by integers: floor(10 x + 1/2)."""
    tenths = (20 * score.numerator + score.denominator) // (2 * score.denominator)
    return str(Decimal(tenths) / 10) if tenths % 10 else f"{tenths // 10}.0"


def published(weights: Mapping[UUID, int], sheets: Sheets, order: Sequence[UUID]) -> set[Line]:
    """The product's own answer."""
    return {
        (line.proposal_id, line.place, "" if line.score is None else policy.one_decimal(line.score))
        for line in policy.rank_proposals(weights, sheets, order)
    }


def random_panel(dice: random.Random) -> tuple[dict[UUID, int], Sheets]:
    """Weights that total 100 and sheets of a few evaluators; often ties, sometimes a proposal without any sheet."""
    cuts = sorted(dice.sample(range(1, 100), dice.randint(0, 5)))
    weights = {key(dice): high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)}
    span = dice.choice(((0, 5), (3, 4), (2, 2)))
    sheets: Sheets = {}
    for _ in range(dice.randint(1, 9)):
        sheets[key(dice)] = [
            {criterion: dice.randint(*span) for criterion in weights} for _ in range(dice.choice((0, 1, 2, 3, 3, 4, 7)))
        ]
    return weights, sheets


def key(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128))


def differences(answer: Callable[[Mapping[UUID, int], Sheets, Sequence[UUID]], set[Line]], panels: int) -> list[int]:
    """The panels (by seed) on which an answer is not the recomputed one, in two orders of everything."""
    wrong = []
    for seed in range(panels):
        dice = random.Random(seed)  # noqa: S311  (repeatable dice, no secret)
        weights, sheets = random_panel(dice)
        expected = recomputed(weights, sheets)
        order = list(sheets)
        same = answer(weights, sheets, order) == expected
        dice.shuffle(order)
        turned = {name: dice.sample(sheets[name], len(sheets[name])) for name in order}
        if not (same and answer(weights, turned, order) == expected):
            wrong.append(seed)
    return wrong


def test_the_order_is_what_anybody_computes(scored: Scores) -> None:
    wrong = differences(published, PANELS)
    assert wrong == []
    scored("P23", what="random panels whose order or score differs from a recomputation", sample=PANELS)


def with_floats(weights: Mapping[UUID, int], sheets: Sheets, order: Sequence[UUID]) -> set[Line]:
    """Control 1: the score as a binary fraction, rounded by the language."""
    lines = policy.rank_proposals(weights, sheets, order)
    return {(one.proposal_id, one.place, "" if one.score is None else f"{float(one.score):.1f}") for one in lines}


def missing_as_zero(weights: Mapping[UUID, int], sheets: Sheets, order: Sequence[UUID]) -> set[Line]:
    """Control 2: a panel member who did not score counts as zero."""
    panel = max(len(given) for given in sheets.values())
    padded = {name: [*given, *[dict.fromkeys(weights, 0)] * (panel - len(given))] for name, given in sheets.items()}
    return published(weights, padded, order)


@pytest.mark.parametrize("control", [with_floats, missing_as_zero])
def test_a_wrong_formula_is_noticed(
    scored: Scores, control: Callable[[Mapping[UUID, int], Sheets, Sequence[UUID]], set[Line]]
) -> None:
    wrong = differences(control, 1000)
    assert wrong
    scored("P23", control=f"{control.__name__.replace('_', ' ')}: {len(wrong)} of 1,000 panels differ")


SIGNED = text("""
    SELECT score_sheets.proposal_id, score_sheets.id, scores.criterion_id, scores.points, criteria.weight
    FROM score_sheets JOIN scores ON scores.sheet_id = score_sheets.id
    JOIN criteria ON criteria.id = scores.criterion_id
    WHERE score_sheets.status = 'signed'
""")


def test_a_real_panel_is_ranked_by_its_signed_rows(rolled_back: None, clock: OfficialClock, scored: Scores) -> None:
    """Before and after a late recusal, from the rows themselves."""
    rfp, proposals, members = make_ranked_rfp(clock, [[5, 4, 4], [3, 3, 4], [4, 5, 4], [0, 1, 5]])
    for late in (False, True):
        if late:
            with transaction():
                review_services.recuse(members[2], proposals[0], note="My brother works there.", actor=members[2].user)
        weights, sheets = {}, {proposal.id: {} for proposal in proposals}
        for proposal_id, sheet_id, criterion_id, points, weight in db.session.execute(SIGNED):
            weights[criterion_id] = weight
            sheets[proposal_id].setdefault(sheet_id, {})[criterion_id] = points
        expected = recomputed(weights, {name: list(given.values()) for name, given in sheets.items()})
        ranked = queries.official_ranking(rfp, list_criteria(rfp.id))
        assert {(line.proposal_id, line.place, line.shown_score) for line in ranked} == expected
        assert sum(len(given) for given in sheets.values()) == 12 - late
    scored("P23", what="real panels, before and after a late recusal, that differ from their rows", sample=2)
