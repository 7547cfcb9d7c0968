"""What the documents of a call are put together from: paragraphs, headings, lists and tables, as plain data."""

from typing import Any

Part = dict[str, Any]


def text_part(text: str) -> Part:
    """Paragraphs."""
    return {"kind": "text", "text": text.replace("\r\n", "\n")}


def note_part(text: str) -> Part:
    """Paragraphs set apart: what an addendum changed here."""
    return text_part(text) | {"kind": "note"}


def heading_part(text: str, kind: str = "heading") -> Part:
    """A heading inside a section."""
    return {"kind": kind, "text": text}


def list_part(items: list[str], *, numbered: bool = False) -> Part:
    """Items, numbered where other words name them by number."""
    return {"kind": "numbers" if numbered else "list", "items": items}


def table_part(widths: list[int], head: list[str], rows: list[list[str]]) -> Part:
    """A table with a head."""
    return {"kind": "table", "widths": widths, "head": head, "rows": rows}
