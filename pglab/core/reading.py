"""How hard a text is to read, and which of its abbreviations it never explains. Both are hints, never refusals."""

import re

SENTENCE_ENDS = re.compile(r"[.!?…]+(?=\s|$)|\n\s*\n|:\s*\n")
WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ’'-]*")
VOWELS = re.compile(r"[aeiouyà-ÿ]+")
SILENT_END = re.compile(r"(?:[^laeiouyscgxz]es|[^aeiouydt]ed|[^laeiouy]e)$")
# Two to six capitals or digits that begin with a capital, such as RFP or E2E; with a plural s.
ACRONYM = re.compile(r"(?<![\w/-])([A-Z][A-Z0-9&]{1,5})s?(?![\w-])")
# What everyone knows, or what is a name rather than a short form.
KNOWN = frozenset(
    {"US", "USA", "PA", "PGH", "ET", "EST", "EDT", "AM", "PM", "ID", "PDF", "AI", "TV", "OK", "FAQ", "URL"}
)
FEWEST_WORDS = 20


def count_syllables(word: str) -> int:
    """About how many syllables an English word has: its groups of vowels, less a silent ending, at least one."""
    letters = word.lower().replace("’", "").replace("'", "")
    groups = len(VOWELS.findall(letters))
    return max(1, groups - bool(groups > 1 and SILENT_END.search(letters)))


def reading_grade(text: str) -> float | None:
    """The school grade of a text: 0.39 × words a sentence + 11.8 × syllables a word − 15.59, the Flesch–Kincaid grade
    level (Kincaid, Fishburne, Rogers and Chissom, U.S. Navy Research Branch Report 8-75, 1975). None for a text under
    20 words, about which the formula says nothing."""
    words = WORD.findall(text)
    if len(words) < FEWEST_WORDS:
        return None
    sentences = max(1, sum(1 for part in SENTENCE_ENDS.split(text) if WORD.search(part)))
    syllables = sum(count_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def undefined_acronyms(text: str, *, defined_in: str = "") -> list[str]:
    """The abbreviations that a text uses and nowhere explains, in order. Explained is `request for proposals (RFP)` or
    `RFP (request for proposals)`, here or in `defined_in`."""
    everything = f"{text}\n{defined_in}"
    found = dict.fromkeys(match[1] for match in ACRONYM.finditer(text))
    return [short for short in found if short not in KNOWN and not _is_explained(short, everything)]


def _is_explained(short: str, text: str) -> bool:
    name = re.escape(short)
    return bool(re.search(rf"\({name}s?\)|\b{name}s? \([A-Za-z]", text))
