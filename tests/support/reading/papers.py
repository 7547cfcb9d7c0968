"""Comparing a receipt on paper with the signed file it is made of."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from html import unescape
from typing import Any

import pypdfium2

from pglab.proposals.queries.paper import VIRUS_CHECK
from pglab.web.filters import et_seconds

MARK_UP = re.compile(r"<[^>]+>")
FOOT = re.compile(r"Page \d+ of \d+$")
PLACED_FREELY = re.compile(r"[\s\u200b\ufffe\x02-]")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def untold(statement: dict[str, Any], file: bytes) -> list[str]:
    """What the signed statement says and the file does not: every text, number and instant, wherever lines end."""
    return missing(statement, "".join(pages_of(file)))


def untold_on_page(statement: dict[str, Any], page: str) -> list[str]:
    """The same of the receipt's page, of what stands on it under the heading of what was received."""
    received = page[page.index("<h2>What we received</h2>") : page.index("<h2>Proof</h2>")]
    return missing(statement, unescape(MARK_UP.sub("", received)))


def missing(statement: dict[str, Any], words: str) -> list[str]:
    """The values that are not among these words."""
    said = tight(words)
    return [value for value in values(statement) if not any(tight(each) in said for each in written(value))]


def pages_of(file: bytes) -> Iterator[str]:
    """The words of each page, without the line above and the line below, which every page repeats."""
    with closing(pypdfium2.PdfDocument(file)) as document:
        for number, page in enumerate(document):
            lines = page.get_textpage().get_text_range().splitlines()
            assert FOOT.search(lines[-1]), "every page says which of how many it is"
            yield " ".join(lines[1 if number else 0 : -1])


def tight(text: str) -> str:
    """Without spaces and line ends, which paper puts where it likes, and without pictures, which no font here has."""
    return "".join(each for each in PLACED_FREELY.sub("", text) if unicodedata.category(each) != "So")


def values(told: Any) -> Iterator[str]:
    """Every value that people would want to read."""
    if isinstance(told, dict):
        for each in told.values():
            yield from values(each)
    elif isinstance(told, list):
        for each in told:
            yield from values(each)
    elif told not in ("", None):
        yield str(told)


def written(value: str) -> list[str]:
    """The ways in which paper may write it."""
    if INSTANT.fullmatch(value):
        at = datetime.fromisoformat(value)
        return [value, et_seconds(at), et_seconds(at, precise=True)]
    if value.isdigit():
        return [value, f"{int(value):,}"]
    return [VIRUS_CHECK.get(value, value)]
