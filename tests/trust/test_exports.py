"""P42: no cell of an export is ever a formula, and every value comes out as it went in."""

import csv
import io
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import text

from config import ROOT
from pglab.core.db import db
from pglab.core.sheets import write_csv
from tests.support.client import client_for
from tests.support.demo import a_demo_city
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.world import person

pytestmark = pytest.mark.slow

CELLS, COLUMNS = 50_000, 10
# Signs that a spreadsheet, or a program that tidies a file for one, may drop before it looks at what follows.
SKIPPED = [
    " ",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\x0b",
    "\x1f",
    "\x85",
    "\u00a0",
    "\u00ad",
    "\u200b",
    "\u200f",
    "\u202e",
    "\u2060",
    "\ufeff",
]
STARTERS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁺", "₊", "⁼", "₌", "⁻", "₋"]
BODIES = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example","x")',
    "SUM(A1:A9)",
    "WEBSERVICE(A1)",
    "",
    "2",
    "x",
]
PLAIN = [
    "CurbSense Inc.",
    "O’Malley & Daughters",
    "王小明",
    "+15551234567",
    "-10000.00",
    "12",
    "a;b",
    'say "yes"',
    "two\nlines",
]
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)

Writer = Callable[[Sequence[str], Sequence[Sequence[str]]], str]


def cell(chance: random.Random) -> str:
    """A cell as founders could fill it: often an attack, sometimes plain, sometimes noise."""
    kind = chance.random()
    if kind < 0.6:
        before = "".join(chance.choices(SKIPPED, k=chance.randrange(4)))
        return before + chance.choice(STARTERS) + chance.choice(BODIES)
    if kind < 0.8:
        return chance.choice(PLAIN)
    return "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(160, 0xD800)))) for _ in range(8))


def would_run(shown: str) -> bool:
    """Whether a spreadsheet could take the cell for a formula; written apart from the product's own rule."""
    seen = shown
    while seen and (seen[0] in SKIPPED or unicodedata.category(seen[0]) in ("Zs", "Zl", "Zp", "Cc", "Cf")):
        seen = seen[1:]
    first = unicodedata.normalize("NFKC", seen[:1])
    return first[:1] in tuple("=+-@") and NUMBER.fullmatch(shown) is None


def read_back(sheet: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.removeprefix("\ufeff"), newline="")))


def outcome(write: Writer) -> tuple[int, int]:
    """How many of 50,000 cells could run, and how many came out harmed."""
    chance = random.Random(20261122)  # noqa: S311  (the same cells on every run)
    rows = [[cell(chance) for _ in range(COLUMNS)] for _ in range(CELLS // COLUMNS)]
    header, *found = read_back(write([str(n) for n in range(COLUMNS)], rows))
    assert len(header) == COLUMNS
    pairs = [
        (typed, shown) for one, other in zip(rows, found, strict=True) for typed, shown in zip(one, other, strict=True)
    ]
    return sum(would_run(shown) for _, shown in pairs), sum(shown not in (typed, f"'{typed}") for typed, shown in pairs)


def plain_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    return out.getvalue()


def test_no_cell_is_a_formula_and_none_is_harmed(scored: Scores):
    assert outcome(write_csv) == (0, 0)
    scored("P42", what="cells that could run as a formula, or came out harmed", sample=CELLS)


def test_plain_csv_lets_formulas_through(scored: Scores):
    """Negative control: the same cells, written as the library does."""
    formulas, harmed = outcome(plain_csv)
    assert formulas > CELLS // 3
    assert harmed == 0
    scored("P42", control=f"plain `csv` let {formulas:,} formulas through")


def test_there_is_one_way_to_write_a_table():
    writers = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "pglab").rglob("*.py")
        if re.search(r"^import csv|xlsxwriter|openpyxl", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert writers == ["pglab/core/sheets.py"]


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    with a_demo_city("exports") as app:
        yield app


ATTACK = '=HYPERLINK("http://evil.example","pay")'


def test_every_download_disarms_what_founders_are_called(city: Flask, scored: Scores):
    rules = [rule for rule in city.url_map.iter_rules() if rule.rule.endswith(".csv")]
    seen = attacked = 0
    for rule in rules:
        for dataset in ("cohorts", "awards", "payments") if "<dataset>" in rule.rule else ("",):
            with undone(city):
                client = client_for(city).sign_in(person("finance" if "finance" in rule.rule else "manager"))  # type: ignore[arg-type]  # both exist
                db.session.execute(text("UPDATE organizations SET legal_name = :name || id"), {"name": ATTACK})
                answer = client.get(rule.rule.replace("<dataset>", dataset).replace("<int:cohort>", "90"))
                if answer.status_code == 404:
                    continue
                assert answer.status_code == 200, rule.rule
                cells = [one for row in read_back(answer.text) for one in row]
            seen += len(cells)
            attacked += sum(ATTACK in one for one in cells)
            assert not [one for one in cells if would_run(one)], rule.rule
    assert attacked > 5, "the downloads have to carry the names, or this shows nothing"
    scored("P42", what=f"cells of {len(rules)} downloads ({attacked} of them attacks), that could run", sample=seen)
