"""Tables as CSV that a spreadsheet can open without running anything in them."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

# A plain number is never a formula, so a phone number or a negative amount stays as it is.
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
STARTS_A_FORMULA = "=+-@"


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula: what would start one gets an apostrophe before it.

    The first sign that shows decides, after folding look-alikes (a full-width `＝` is an equals sign to a spreadsheet)
    and skipping spaces, tabs, line breaks and signs that show as nothing.
    """
    text = "" if value is None else str(value)
    if PLAIN_NUMBER.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", text)
    first = next((sign for sign in folded if not (sign.isspace() or unicodedata.category(sign)[0] == "C")), "")
    return f"'{text}" if first and first in STARTS_A_FORMULA else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV table (RFC 4180, every cell quoted, UTF-8 with a mark so that Excel reads it)."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in [header, *rows]:
        writer.writerow([safe_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()
