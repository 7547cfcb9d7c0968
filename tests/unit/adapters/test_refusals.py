"""The sentences a refused file comes back with."""

import pytest

from pglab.adapters.inspector import JPEG, PDF, PNG, Problem, describe, in_sentence, megabytes, type_names

ALL = frozenset({PDF, PNG, JPEG})


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (Problem("missing"), "Select a pitch deck"),
        (Problem("wrong_type"), "The pitch deck must be a PDF, PNG or JPEG"),
        (
            Problem("too_big", {"size": 31_400_000, "limit": 25_000_000}),
            "The pitch deck can be up to 25 MB. This file is 31.4 MB.",
        ),
        (
            Problem("too_many_pages", {"pages": 19, "limit": 15}),
            "The pitch deck must be 15 pages or fewer. This file has 19.",
        ),
        (Problem("too_many_pages", {"pages": 2, "limit": 1}), "The pitch deck must be 1 page. This file has 2."),
        (Problem("encrypted"), "The file is password protected. Remove the password and upload it again."),
        (
            Problem("locked"),
            "The file is locked against printing or changes. Save an unlocked copy of it and upload that.",
        ),
        (Problem("empty"), "The file is empty"),
    ],
)
def test_sentences_are_those_of_the_catalog(problem: Problem, sentence: str) -> None:
    assert describe(problem, title="Pitch deck", allowed=ALL) == sentence


def test_an_article_follows_the_sound() -> None:
    assert describe(Problem("missing"), title="Insurance certificate", allowed=ALL) == "Select an insurance certificate"


def test_titles_keep_their_capitals_when_they_are_initials() -> None:
    assert [in_sentence(title) for title in ("Pitch deck", "W-9 form", "IRS letter", "")] == [
        "pitch deck",
        "W-9 form",
        "IRS letter",
        "",
    ]


def test_one_two_and_three_types_are_listed() -> None:
    assert [type_names(frozenset(kinds)) for kinds in ({PDF}, {JPEG, PDF}, ALL)] == [
        "PDF",
        "PDF or JPEG",
        "PDF, PNG or JPEG",
    ]


def test_a_size_over_the_limit_never_reads_as_the_limit() -> None:
    assert [megabytes(size) for size in (25_000_000, 25_000_001, 31_400_000, 640_000, 1)] == [
        "25 MB",
        "25.1 MB",
        "31.4 MB",
        "640 kB",
        "1 kB",
    ]
