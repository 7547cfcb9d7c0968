"""The reading grade and the abbreviations nobody explains: hints that must not cry wolf."""

import pytest

from pglab.core.reading import count_syllables, reading_grade, undefined_acronyms

EASY = "We ask. You answer. We read it. You wait a bit. Then we call you. You come to us. We talk for a while."
HARD = (
    "Notwithstanding considerable organizational impediments, municipal departments continuously reevaluate "
    "infrastructural prioritization methodologies, incorporating multidimensional environmental considerations."
)


def test_easy_text_reads_at_a_low_grade_and_hard_text_at_a_high_one():
    assert reading_grade(EASY) < 2
    assert reading_grade(HARD + " " + HARD) > 20


def test_a_few_words_have_no_grade():
    assert reading_grade("No recording of faces.") is None


def test_the_formula_is_the_published_one():
    text = "The cat sat on the mat. " * 4  # 24 words, 4 sentences, 24 syllables
    assert reading_grade(text) == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("the", 1), ("make", 1), ("table", 2), ("walked", 1), ("wanted", 2), ("places", 2), ("times", 1), ("pilot", 2)],
)
def test_syllables(word: str, syllables: int):
    assert count_syllables(word) == syllables


def test_an_abbreviation_is_explained_before_or_after_it_or_elsewhere():
    assert undefined_acronyms("Our GIS is old.") == ["GIS"]
    assert undefined_acronyms("Our geographic information system (GIS) is old. The GIS stays.") == []
    assert undefined_acronyms("Our GIS (a map system) is old.") == []
    assert undefined_acronyms("The RFPs are out.", defined_in="a request for proposals (RFP)") == []
    assert undefined_acronyms("A PDF, by 4 p.m. ET, in the US.") == []
