"""The pages of the panel: /review for evaluators, /manage/cohorts/<n>/… for the program."""

from pglab.reviews.routes import desk, manage, pages, ranking, workbench
from pglab.reviews.routes.blueprint import bp

__all__ = ["bp", "desk", "manage", "pages", "ranking", "workbench"]
