"""The rules of the panel: who may do what, when a sheet is complete, and the published formula."""

from pglab.reviews.policy.access import (
    NEVER_EVALUATORS,
    SCORE_READERS,
    may_ever_evaluate,
    may_read_scores,
    may_run_panel,
    reading_order,
)
from pglab.reviews.policy.ranking import Ranked, rank_proposals
from pglab.reviews.policy.scores import (
    SCALE,
    missing_parts,
    official_score,
    one_decimal,
    running_total,
    sheet_total,
    spread_is_wide,
)

__all__ = [
    "NEVER_EVALUATORS",
    "SCALE",
    "SCORE_READERS",
    "Ranked",
    "may_ever_evaluate",
    "may_read_scores",
    "may_run_panel",
    "missing_parts",
    "official_score",
    "one_decimal",
    "rank_proposals",
    "reading_order",
    "running_total",
    "sheet_total",
    "spread_is_wide",
]
