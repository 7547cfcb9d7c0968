"""What counts as typed, and which signs no text may hold."""

import pytest

from pglab.core.text import has_control, is_blank


@pytest.mark.parametrize(
    "text", ["", " \u00a0", "\u3164", "\u200b\ufeff", "\ufffe", "\ufeff\ufffe", "\u2060\uffff", "\u200e"]
)
def test_what_shows_nothing_is_no_answer(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "0", "王", "👩‍💻", "é", "-", "\ufeffa"])
def test_what_shows_is_an_answer(text):
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["a\x00b", "evil\u202efdp.exe", "a\u202db", "a\x7f"])
def test_signs_that_turn_a_line_around_or_cannot_be_kept_are_refused_in_long_texts_too(text):
    assert has_control(text, one_line=False)


def test_long_texts_keep_line_breaks_and_the_marks_of_other_scripts():
    assert not has_control("one\ntwo\u200e\u2067שלום\u2069", one_line=False)
