"""The pages of applying, submitting and opening."""

from pglab.proposals.routes import drafting, opening, submitting
from pglab.proposals.routes.blueprint import bp

__all__ = ["bp", "drafting", "opening", "submitting"]
