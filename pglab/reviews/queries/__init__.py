"""Reading the panel's work. An evaluator's own things come through their seat; the panel's through the program."""

from pglab.reviews.queries.declarations import (
    conflict_matrix,
    get_pending_declaration,
    latest_answer,
    latest_declarations,
    list_declaration_rows,
    list_panel_proposals,
)
from pglab.reviews.queries.desk import DeskLine, OwnWork, desk_line, list_desk, list_own_work, own_place
from pglab.reviews.queries.panel import PanelCounts, count_missing, list_progress, list_unscored
from pglab.reviews.queries.ranking import (
    RankedProposal,
    criterion_means,
    list_explanations,
    list_panel_names,
    official_ranking,
)
from pglab.reviews.queries.seats import (
    find_seat,
    get_seat,
    has_seat,
    has_standing_seat,
    is_seated,
    list_members,
    list_program_managers,
)
from pglab.reviews.queries.sheets import find_sheet, get_assignment, scores_by_criterion

__all__ = [
    "DeskLine",
    "OwnWork",
    "PanelCounts",
    "RankedProposal",
    "conflict_matrix",
    "count_missing",
    "criterion_means",
    "desk_line",
    "find_seat",
    "find_sheet",
    "get_assignment",
    "get_pending_declaration",
    "get_seat",
    "has_seat",
    "has_standing_seat",
    "is_seated",
    "latest_answer",
    "latest_declarations",
    "list_declaration_rows",
    "list_desk",
    "list_explanations",
    "list_members",
    "list_own_work",
    "list_panel_names",
    "list_panel_proposals",
    "list_program_managers",
    "list_progress",
    "list_unscored",
    "official_ranking",
    "own_place",
    "scores_by_criterion",
]
