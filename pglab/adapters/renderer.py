"""Draws pages of taken-in files in a separate, locked-down process: a picture for the page's viewer, and its text.

The drawing library reads what strangers made; it runs in `renderer_child.py`, a program of its own that gives each page
a process with hardly any rights, little memory and ten seconds. Whatever happens to it, the page is simply not shown.
"""

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pglab.adapters.program import ParsingProgram

JPEG = "image/jpeg"
LARGEST_SIDE = 4096
TEXT_SIGNS = 20_000
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_SHORT_LINES = "\n\t"

PROGRAM = ParsingProgram(Path(__file__).with_name("renderer_child.py"), answer_bytes=8 * 1024 * 1024, at_once=1)


@dataclass(frozen=True)
class DrawnPage:
    """One page: a JPEG picture with its size in pixels, and the text that the page holds, empty for a scan."""

    image: bytes
    width: int
    height: int
    text: str


def draw_page(path: Path, number: int) -> DrawnPage | None:
    """Page `number` (from 1) of a PDF, or a picture as its only page; None when it cannot be drawn. Never raises for
    anything the file may hold, UnavailableError when nothing can be drawn at all."""
    return _read_answer(PROGRAM.ask(path, str(number).encode()))


def _read_answer(answer: bytes) -> DrawnPage | None:
    """The child may have been taken over by the file: believe only an answer of exactly the agreed shape."""
    line, _, image = answer.partition(b"\n")
    try:
        told = json.loads(line)
        width, height, text = told["width"], told["height"], told["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(type(side) is int and 0 < side <= LARGEST_SIDE for side in (width, height)) or type(text) is not str:
        return None
    if not image.startswith(_START) or not image.endswith(_END):
        return None
    return DrawnPage(image, width, height, _plain(text))


def _plain(text: str) -> str:
    """What a page and the database can hold: no control or direction signs, one kind of line break."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (sign for sign in lines if sign in _SHORT_LINES or unicodedata.category(sign)[0] != "C")
    return "".join(kept)[:TEXT_SIGNS].strip()
