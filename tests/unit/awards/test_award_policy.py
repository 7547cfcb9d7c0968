"""What a debrief may say, and bands instead of places."""

from datetime import UTC, date, datetime

import pytest

from pglab.awards import policy

NAMES = ["Carl Dietz", "Dee Evans", "Mary Young", "Ana-Lucía O’Neil"]


@pytest.mark.parametrize(
    ("feedback", "named"),
    [
        ("A young company with a strong plan.", None),
        ("The evidence was clear; evans of the river.", None),
        ("Carl Dietz liked it.", "Carl Dietz"),
        ("carl  DIETZ liked it.", "Carl Dietz"),
        ("As Dietz said, the plan is thin.", "Dietz"),
        ("(Dietz)", "Dietz"),
        ("Dietz’s view", "Dietz"),
        ("DIETZ disagreed", "DIETZ"),
        ("Reviewer O’Neil asked for more.", "O’Neil"),
        ("Seen by ana-lucía o’neil", "Ana-Lucía O’Neil"),
        ("", None),
    ],
)
def test_feedback_that_names_an_evaluator(feedback, named):
    found = policy.named_evaluator(feedback, NAMES)

    assert (found is None) == (named is None)
    assert named is None or found.casefold() in (named.casefold(), *named.casefold().split())


@pytest.mark.parametrize(
    ("position", "scored", "band"),
    [
        (1, 9, "the upper third"),
        (3, 9, "the upper third"),
        (4, 9, "the middle third"),
        (7, 9, "the lower third"),
        (9, 9, "the lower third"),
        (1, 5, ""),
        (None, 9, ""),
    ],
)
def test_a_band_never_tells_the_place(position, scored, band):
    assert policy.band(position, scored) == band


def test_debrief_date_is_counted_on_the_citys_calendar():
    assert policy.debrief_until(datetime(2026, 12, 2, 3, 0, tzinfo=UTC)) == date(2026, 12, 15)
