"""The formula: exact, missing is missing, rounded once."""

from fractions import Fraction
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pglab.reviews import policy

WEIGHTS = {"a": 50, "b": 30, "c": 20}


@pytest.mark.parametrize(
    ("points", "total"),
    [
        ({"a": 0, "b": 0, "c": 0}, Fraction(0)),
        ({"a": 5, "b": 5, "c": 5}, Fraction(100)),
        ({"a": 3, "b": 4, "c": 1}, Fraction(58)),
        ({"a": 1, "b": 0, "c": 0}, Fraction(10)),
    ],
)
def test_sheet_total_is_weight_times_points_over_five(points, total):
    assert policy.sheet_total(WEIGHTS, points) == total


def test_a_missing_score_is_never_zero():
    with pytest.raises(ValueError, match="every criterion"):
        policy.sheet_total(WEIGHTS, {"a": 5, "b": 5})


def test_running_total_counts_only_what_is_scored():
    assert policy.running_total(WEIGHTS, {"a": 4}) == (Fraction(40), 50)
    assert policy.running_total(WEIGHTS, {}) == (Fraction(0), 0)


def test_no_sheets_no_score():
    assert policy.official_score([]) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(1423, 20), "71.2"),
        (Fraction(1425, 20), "71.3"),
        (Fraction(711, 10), "71.1"),
        (Fraction(200, 3), "66.7"),
        (Fraction(0), "0.0"),
        (Fraction(100), "100.0"),
        (Fraction(99949, 1000), "99.9"),
        (Fraction(9995, 100), "100.0"),
    ],
)
def test_one_decimal_half_up(value, shown):
    assert policy.one_decimal(value) == shown


@pytest.mark.parametrize(
    ("points", "wide"), [([], False), ([5], False), ([3, 4], False), ([2, 4], True), ([4, 4, 4], False), ([0, 5], True)]
)
def test_disagreement_is_thirty_percent_of_the_scale(points, wide):
    assert policy.spread_is_wide(points) is wide


def test_missing_parts_name_every_gap_in_rubric_order():
    first, second = (SimpleNamespace(id=uuid4(), position=at, title=name) for at, name in ((1, "Impact"), (2, "Team")))
    given = {first.id: SimpleNamespace(points=0, explanation="")}

    assert policy.missing_parts([first, second], given) == [
        ("explanation-1", "Explain your score for Impact"),
        ("points-2", "Select a score for Team"),
        ("explanation-2", "Explain your score for Team"),
    ]


def test_reading_order_is_fixed_and_differs_between_evaluators():
    members = [uuid4() for _ in range(6)]
    proposals = [uuid4() for _ in range(12)]
    orders = [tuple(sorted(proposals, key=lambda p, m=m: policy.reading_order(m, p))) for m in members]
    proposals.reverse()
    again = [tuple(sorted(proposals, key=lambda p, m=m: policy.reading_order(m, p))) for m in members]

    assert orders == again
    assert len(set(orders)) == len(members)
