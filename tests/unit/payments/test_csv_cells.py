"""No cell of an export is a formula, and no value is harmed."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pglab.core.sheets import safe_cell, write_csv

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1",
    "＝1+1",
    "﹢cmd",
    "\u200b=1",
    " =1",
    "\ufeff@a",
    "-",
    "＠x",
]
HARMLESS = ["CurbSense Inc.", "", "-10000.00", "+15551234567", "12", "a=b", "1+1", "’=1", "Ωmega", "line\nbreak"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_start_a_formula_is_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_stays_as_it_is(text):
    assert safe_cell(text) == text


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_a_table_reads_back_as_it_was(cells):
    written = write_csv(["a"], [cells])
    row = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))[1]
    assert [cell.removeprefix("'") if cell != given else cell for cell, given in zip(row, cells, strict=True)] == cells
    assert not any(cell[:1] in "=@" for cell in row if cell)
