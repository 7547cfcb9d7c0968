"""The program's history: the real file, or a small made-up one."""

from pglab.cohorts.cli import HISTORY
from pglab.cohorts.services import Loaded, load_history
from pglab.core.db import transaction

SMALL = """
meta: {{first_announced: 2016-04-27, compiled_on: 2026-11-21, published_totals: []}}
sources:
  paper: {{title: The Paper, url: https://paper.example.org/1, note: null}}
organizations:
  - {{id: works, name: Public Works, kind: city}}
cohorts:
{cohorts}
"""
COHORT = """
  - {{cohort: {number}, year: 2017, sources: [paper], companies: [{companies}]}}
"""
COMPANY = (
    '{{name: "{name}", host_organizations: [works], outcome: "{outcome}", status: announced_only, confidence: low, '
    "sources: [paper]}}"
)


def load_real_history() -> Loaded:
    """The history as it comes with the product."""
    with transaction():
        return load_history(HISTORY.read_bytes())


def load_small_history(*names: str, cohorts: int = 1, outcome: str = "Fine") -> Loaded:
    """So many cohorts, each with these companies."""
    companies = ", ".join(COMPANY.format(name=name, outcome=outcome) for name in names)
    listed = "".join(COHORT.format(number=number, companies=companies) for number in range(1, cohorts + 1))
    with transaction():
        return load_history(SMALL.format(cohorts=listed).encode())
