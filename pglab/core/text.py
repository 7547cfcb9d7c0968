"""How typed text is tidied, compared and counted. The word rule is the same in static/src/js/count.js."""

import re
import unicodedata

# Hangul fillers and other letters that show as nothing; str.strip() does not know them.
_BLANK = re.compile(r"[\s\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\u3164\u115f\u1160\uffa0\ufeff]+")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# The two overrides turn a whole line around; other direction marks are needed in Arabic and Hebrew texts.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")

# What word processors and other systems send for the end of a line or a page.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# What tells no company from another: stops and apostrophes vanish, other marks part words.
_DROPPED_IN_NAMES = re.compile(r"[.'\u2018\u2019\u02bc`\u00b4]")

# Controls, marks without a shape of their own, and code points that stand for no sign.
_UNSEEN = {"Cc", "Cf", "Cn", "Cs"}


def is_blank(text: str) -> bool:
    """Whether the text shows nothing at all: spaces of any kind, fillers, zero-width and unassigned signs count as
    nothing."""
    return all(unicodedata.category(sign) in _UNSEEN for sign in _BLANK.sub("", text))


def has_control(text: str, *, one_line: bool) -> bool:
    """Whether the text holds signs that cannot be stored or can mislead: NUL and controls always, line breaks, tabs and
    direction overrides in a one-line field."""
    if _CONTROL.search(text):
        return True
    return one_line and (bool(_BIDI.search(text)) or any(sign in text for sign in "\n\r\t\u2028\u2029"))


def normalize_line(text: str) -> str:
    """One line as it is kept: NFC, no space around it, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split()) if not is_blank(text) else ""


def normalize_text(text: str) -> str:
    """Several lines as they are kept: NFC, line breaks of every kind as one sign, no space around the whole."""
    lines = _LINE_END.sub("\n", unicodedata.normalize("NFC", text))
    return lines.strip() if not is_blank(lines) else ""


def same_name_key(text: str) -> str:
    """The form in which two names are compared: compatibility letters, case and spacing do not tell them apart."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def company_name_key(text: str) -> str:
    """The form in which the names of two companies are compared: beside what `same_name_key` overlooks, punctuation
    tells no two of them apart, whether in the name or around its legal suffix. A name of marks alone stays as it is."""
    folded = same_name_key(text)
    words = _DROPPED_IN_NAMES.sub("", folded).replace("&", " and ")
    plain = "".join(" " if unicodedata.category(sign).startswith("P") else sign for sign in words)
    return " ".join(plain.split()) or folded


def count_words(text: str) -> int:
    """Words as the limit counts them: runs of signs between white space that hold a letter or a digit."""
    return sum(1 for run in _BLANK.split(text) if any(sign.isalnum() for sign in run))
