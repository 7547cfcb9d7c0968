"""Looks into an uploaded file in a separate, locked-down process and says what it is, or why it is refused.

The parsers read what strangers made; they run in `inspector_child.py`, a program of its own that gives each file a
process with hardly any rights, little memory and ten seconds. Whatever happens to it, the answer is a plain refusal.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pglab.adapters.program import ParsingProgram

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
TYPE_NAMES = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}

_SENTENCES = {
    "empty": "The file is empty",
    "unreadable": "The file could not be read. Save a new copy of it and upload that.",
    "encrypted": "The file is password protected. Remove the password and upload it again.",
    "locked": "The file is locked against printing or changes. Save an unlocked copy of it and upload that.",
    "active": "The file contains scripts or actions that run by themselves. Save a copy without them and upload that.",
    "attachments": "The file has other files attached inside it. Remove them and upload it again.",
    "form": "The file is an interactive form that only some programs can show. Print it to a new PDF and upload that.",
    "mixed": "The file holds a second kind of content. Save a new copy of it and upload that.",
    "animated": "The file is an animation. Upload a still picture.",
    "same_file": "This is the file itself. Upload a copy of it without what is confidential.",
    "too_large_picture": "The picture has more than {megapixels} million pixels. Save a smaller copy and upload that.",
}

# What the child may give as a reason, and which numbers come with it: without them the sentence could not be made.
_CHILDS_REASONS: dict[str, set[str]] = {
    **{code: set() for code in (*_SENTENCES, "wrong_type") if code != "same_file"},
    "too_many_pages": {"pages", "limit"},
    "too_large_picture": {"megapixels"},
}

PROGRAM = ParsingProgram(Path(__file__).with_name("inspector_child.py"), answer_bytes=64 * 1024, at_once=2)


@dataclass(frozen=True)
class Problem:
    """Why a file is refused: a short code and the numbers that belong into the sentence."""

    code: str
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """What a file is. With any problem it is refused, and type and pages are not to be used."""

    media_type: str
    pages: int
    problems: tuple[Problem, ...] = ()


UNREADABLE = Inspection("", 0, (Problem("unreadable"),))


def inspect_file(path: Path, *, allowed: frozenset[str], max_pages: int | None) -> Inspection:
    """Tell the type by content and count the pages; never raises for anything the file may hold, UnavailableError when
    nothing can be looked into at all.
    """
    if path.stat().st_size == 0:
        return Inspection("", 0, (Problem("empty"),))
    inspection = _read_answer(PROGRAM.ask(path))
    if inspection.problems:
        return _naming_the_limit(inspection, max_pages)
    if inspection.media_type not in allowed:
        return Inspection("", 0, (Problem("wrong_type"),))
    if max_pages is not None and inspection.pages > max_pages:
        return Inspection("", 0, (Problem("too_many_pages", {"pages": inspection.pages, "limit": max_pages}),))
    return inspection


def _naming_the_limit(inspection: Inspection, max_pages: int | None) -> Inspection:
    """The child stops counting at a bound of its own; people read the one of the page they are on."""
    problem = inspection.problems[0]
    if problem.code != "too_many_pages" or max_pages is None:
        return inspection
    return Inspection("", 0, (Problem(problem.code, {**problem.numbers, "limit": max_pages}),))


def _read_answer(answer: bytes) -> Inspection:
    """The child may have been taken over by the file: believe only an answer of exactly the agreed shape."""
    try:
        told = json.loads(answer)
        if told.get("problem") is not None:
            return _read_problem(told)
        media_type, pages = told["media_type"], told["pages"]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return UNREADABLE
    if media_type not in TYPE_NAMES or type(pages) is not int or pages < 1:
        return UNREADABLE
    return Inspection(media_type, pages)


def _read_problem(told: dict[str, Any]) -> Inspection:
    code, numbers = told["problem"], told.get("numbers", {})
    if code not in _CHILDS_REASONS or set(numbers) != _CHILDS_REASONS[code]:
        return UNREADABLE
    if not all(type(number) is int for number in numbers.values()):
        return UNREADABLE
    return Inspection("", 0, (Problem(code, numbers),))


def describe(problem: Problem, *, title: str, allowed: frozenset[str]) -> str:
    """The sentence that stands beside the file field; `title` names the slot ("Pitch deck")."""
    name, numbers = in_sentence(title), problem.numbers
    if problem.code == "missing":
        return f"Select {'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
    if problem.code == "wrong_type":
        return f"The {name} must be a {type_names(allowed)}"
    if problem.code == "too_big":
        told = f" This file is {megabytes(numbers['size'])}." if "size" in numbers else ""
        return f"The {name} can be up to {megabytes(numbers['limit'])}.{told}"
    if problem.code == "too_many_pages":
        pages = "1 page" if numbers["limit"] == 1 else f"{numbers['limit']:,} pages or fewer"
        return f"The {name} must be {pages}. This file has {numbers['pages']:,}."
    return _SENTENCES[problem.code].format(**numbers)


def in_sentence(title: str) -> str:
    """A slot's title as it stands inside a sentence: `pitch deck`, but `W-9 form` and `IRS letter` as they are."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def type_names(allowed: frozenset[str]) -> str:
    """`PDF, PNG or JPEG`."""
    names = [name for media_type, name in TYPE_NAMES.items() if media_type in allowed]
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def megabytes(size: int) -> str:
    """`25 MB`, `31.4 MB`, `640 kB`: rounded up, so that a file over a limit never reads as the limit itself."""
    unit, name = (1_000_000, "MB") if size >= 1_000_000 else (1_000, "kB")
    tenths = math.ceil(size * 10 / unit)
    if name == "kB":
        return f"{math.ceil(size / unit)} kB"
    return f"{tenths // 10}.{tenths % 10} MB" if tenths % 10 else f"{tenths // 10} MB"
