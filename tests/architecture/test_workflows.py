"""The drawn workflows are the ones the code follows."""

from config import ROOT
from pglab.cli.docs import all_workflows


def test_diagrams_equal_their_tables():
    """`flask docs diagrams` writes the files."""
    drawn = {path.stem: path.read_text() for path in (ROOT / "docs/workflows").glob("*.mmd")}
    assert drawn == {name: workflow.diagram() for name, workflow in all_workflows().items()}
