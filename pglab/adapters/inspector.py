"""Looks into an uploaded file in a separate, locked-down process and says what it is, or why it is refused.

The parsers read what strangers made; they run in `inspector_child.py`, a program of its own that gives each file a
process with hardly any rights, little memory and ten seconds. Whatever happens to it, the answer is a plain refusal.
"""

import json
import math
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pglab.core.errors import UnavailableError

SECONDS = 10
# How much longer than a file may take the program that ends it is waited for.
GRACE_SECONDS = 5
ANSWER_BYTES = 64 * 1024
CHILD = Path(__file__).with_name("inspector_child.py")
AT_ONCE = 2
# A program that goes home or is killed is not the file's fault: so many are asked.
TRIES = 4

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
TYPE_NAMES = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}

_SENTENCES = {
    "empty": "The file is empty",
    "unreadable": "The file could not be read. Save a new copy of it and upload that.",
    "encrypted": "The file is password protected. Remove the password and upload it again.",
    "active": "The file contains scripts or actions that run by themselves. Save a copy without them and upload that.",
    "attachments": "The file has other files attached inside it. Remove them and upload it again.",
    "form": "The file is an interactive form that only some programs can show. Print it to a new PDF and upload that.",
    "mixed": "The file holds a second kind of content. Save a new copy of it and upload that.",
    "animated": "The file is an animation. Upload a still picture.",
    "too_large_picture": "The picture has more than {megapixels} million pixels. Save a smaller copy and upload that.",
}

# What the child may give as a reason, and which numbers come with it: without them the sentence could not be made.
_CHILDS_REASONS: dict[str, set[str]] = {
    **{code: set() for code in (*_SENTENCES, "wrong_type")},
    "too_many_pages": {"pages", "limit"},
    "too_large_picture": {"megapixels"},
}

_turns = threading.BoundedSemaphore(AT_ONCE)
_starting = threading.Lock()
_standing: "_Program | None" = None


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

    At most two files are looked into at once, so that uploads leave the rest of the site its processors.
    """
    if path.stat().st_size == 0:
        return Inspection("", 0, (Problem("empty"),))
    with _turns:
        answer = _ask_child(path)
    inspection = _read_answer(answer)
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


def _ask_child(path: Path) -> bytes:
    """The raw answer, empty when the process that looked crashed, was killed or took too long."""
    for _ in range(TRIES):
        answer = _ask_standing(path, _standing_program())
        if answer is not None:
            return answer
    raise UnavailableError("The file can’t be looked into right now. Try again in a minute.")


class _Program(NamedTuple):
    """The program that parses, and the line on which it is given files."""

    process: subprocess.Popen[bytes]
    line: socket.socket


def _ask_standing(path: Path, program: _Program) -> bytes | None:
    """The same of one program; None when the program itself ended or hangs, which says nothing about the file."""
    with tempfile.TemporaryFile() as answer, path.open("rb") as content:
        told, tell = os.pipe()
        with os.fdopen(told, "rb", buffering=0) as ended:
            try:
                socket.send_fds(program.line, [b"."], [content.fileno(), answer.fileno(), tell])
            except OSError:
                code = b""
            else:
                os.close(tell)
                tell = -1
                wait = select.poll()
                wait.register(ended, select.POLLIN)
                code = ended.read(1) if wait.poll((SECONDS + GRACE_SECONDS) * 1000) else b""
            finally:
                if tell >= 0:
                    os.close(tell)
        if code == b"":
            stop(program)
            return None
        answer.seek(0)
        return answer.read(ANSWER_BYTES) if code == b"\0" else b""


def _standing_program() -> _Program:
    """This process's parsing program, which is started when it is not there."""
    global _standing  # noqa: PLW0603  (one program for each process that takes files)
    with _starting:
        if _standing is None:
            ours, theirs = socket.socketpair()
            with theirs:
                process = subprocess.Popen(  # noqa: S603  (our own program; no file's name ever reaches it)
                    [sys.executable, "-I", "-B", str(CHILD), str(SECONDS)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={"LANG": "C.UTF-8"},
                    cwd="/",
                    start_new_session=True,
                )
            _standing = _Program(process, ours)
        return _standing


def stop(program: _Program | None = None) -> None:
    """End the parsing program, with everything it is looking into; the next file starts a new one.

    With a `program` only that one: another thread may have put a new one in its place already."""
    global _standing  # noqa: PLW0603  (as above)
    with _starting:
        standing = _standing
        if standing is not None and program in (None, standing):
            standing.line.close()
            standing.process.kill()  # and with it, by their own wish, the processes it had started
            standing.process.wait()
            _standing = None


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
        return f"The {name} must be smaller than {megabytes(numbers['limit'])}.{told}"
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
