"""What may be done on a panel: seat people, declare conflicts, score, sign, open the panel stage."""

from pglab.reviews.services.conflicts import Declared, decide_unsure, declare_conflicts, recuse
from pglab.reviews.services.panel import open_panel_stage
from pglab.reviews.services.seats import accept_seat, seat_evaluator
from pglab.reviews.services.sheets import (
    ChangedMeanwhileError,
    Given,
    change_again,
    mark_final,
    save_scores,
    sign_sheets,
)
from pglab.reviews.services.stage import lock_rfp

__all__ = [
    "ChangedMeanwhileError",
    "Declared",
    "Given",
    "accept_seat",
    "change_again",
    "decide_unsure",
    "declare_conflicts",
    "lock_rfp",
    "mark_final",
    "open_panel_stage",
    "recuse",
    "save_scores",
    "seat_evaluator",
    "sign_sheets",
]
