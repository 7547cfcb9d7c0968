"""The official order against a recomputation written another way, on random panels."""

from fractions import Fraction
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from pglab.reviews.policy import rank_proposals

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def sheet(*points: int) -> dict[UUID, int]:
    return {UUID(int=100 + at): each for at, each in enumerate(points)}


WEIGHTS = {UUID(int=100): 60, UUID(int=101): 40}


def places(ranked):
    return [(line.proposal_id, line.place, line.score) for line in ranked]


def test_ties_share_a_place_and_the_next_one_counts_them():
    sheets = {A: [sheet(3, 3)], B: [sheet(5, 5)], C: [sheet(3, 3), sheet(3, 3)], D: [sheet(1, 1)]}

    assert places(rank_proposals(WEIGHTS, sheets, [A, B, C, D])) == [
        (B, "1", Fraction(100)),
        (A, "2=", Fraction(60)),
        (C, "2=", Fraction(60)),
        (D, "4", Fraction(20)),
    ]


def test_equal_when_shown_but_not_exactly_equal_is_no_tie():
    thirds = [sheet(4, 3), sheet(4, 3), sheet(4, 4)]

    ranked = rank_proposals(WEIGHTS, {A: [sheet(4, 3)], B: thirds}, [A, B])

    assert [line.place for line in ranked] == ["1", "2"]


def test_without_signed_sheets_there_is_no_place_and_no_zero():
    ranked = rank_proposals(WEIGHTS, {A: [sheet(0, 0)]}, [B, A])

    assert places(ranked) == [(A, "1", Fraction(0)), (B, "", None)]
    assert ranked[1].means == (None, None)


def test_means_and_disagreement_follow_the_rubric():
    (line,) = rank_proposals(WEIGHTS, {A: [sheet(1, 4), sheet(4, 4), sheet(3, 3)]}, [A])

    assert (line.means, line.wide, line.sheets) == ((Fraction(8, 3), Fraction(11, 3)), (True, False), 3)


@st.composite
def panels(draw):
    size = draw(st.integers(1, 6))
    cuts = sorted(draw(st.sets(st.integers(1, 99), min_size=size - 1, max_size=size - 1)))
    weights = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    row = st.lists(st.integers(0, 5), min_size=size, max_size=size)
    return weights, draw(st.lists(st.lists(row, max_size=4), min_size=1, max_size=8))


def recomputed(weights: list[int], sheets: list[list[int]]) -> Fraction | None:
    """The mean another way: everything over one denominator."""
    if not sheets:
        return None
    return Fraction(sum(w * p for one in sheets for w, p in zip(weights, one, strict=True)), 5 * len(sheets))


@settings(max_examples=400, deadline=None)
@given(panels(), st.randoms(use_true_random=False))
def test_random_panels_agree_with_a_recomputation_in_any_order(panel, randomness):
    weights, proposals = panel
    keys = {UUID(int=100 + at): weight for at, weight in enumerate(weights)}
    ids = [UUID(int=1 + at) for at in range(len(proposals))]
    sheets = {key: [sheet(*points) for points in each] for key, each in zip(ids, proposals, strict=True)}
    expected = {key: recomputed(weights, each) for key, each in zip(ids, proposals, strict=True)}

    ranked = rank_proposals(keys, sheets, ids)

    assert {line.proposal_id: line.score for line in ranked} == expected
    for line in ranked:
        better = sum(other is not None and line.score is not None and other > line.score for other in expected.values())
        same = sum(other == line.score for other in expected.values())
        assert line.place == ("" if line.score is None else f"{better + 1}{'=' if same > 1 else ''}")
    for each in sheets.values():
        randomness.shuffle(each)
    shuffled_keys = list(keys.items())
    randomness.shuffle(shuffled_keys)
    again = rank_proposals(dict(shuffled_keys), sheets, ids)
    assert places(again) == places(ranked)
