"""What counts as typed, and which signs no text may hold."""

import pytest

from pglab.core.text import company_name_key, has_control, is_blank, normalize_text, same_name_key


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


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r", "\r\n"])
def test_every_kind_of_line_end_is_kept_as_a_line_break(sign):
    assert has_control(f"one{sign}two", one_line=False) == (sign in "\x0b\x0c\x85")  # as it was typed, it is refused
    assert normalize_text(f"one{sign}two") == "one\ntwo"


@pytest.mark.parametrize("name", ["CurbSense, Inc.", "CURBSENSE, inc", "curbsense inc", " CurbSense  INC. "])
def test_punctuation_and_case_tell_no_two_companies_apart(name):
    assert company_name_key(name) == "curbsense inc"
    assert {same_name_key("CurbSense, Inc."), same_name_key("curbsense inc")} == {"curbsense, inc.", "curbsense inc"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("O’Brien L.L.C.", "OBrien LLC", True),
        ("Pit & Pipe", "Pit and Pipe", True),
        ("Curb-Sense", "Curb Sense", True),
        ("CurbSense Inc", "CurbSense LLC", False),
        ("C++ Labs", "C Labs", False),
        ("!!!", "???", False),
        ("Łukasz Ⅷ", "łukasz viii", True),
    ],
)
def test_which_names_are_one_company(one, other, same):
    assert (company_name_key(one) == company_name_key(other)) is same
