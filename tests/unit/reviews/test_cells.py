"""No cell of a download is run as a formula."""

import pytest

from pglab.reviews.routes.ranking import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1+1", "＋1", "|cmd"])
def test_formulas_are_disarmed(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["CurbSense Inc.", "8=", "71.2", "", "a=b", "–"])
def test_plain_cells_stay(text):
    assert safe_cell(text) == text
