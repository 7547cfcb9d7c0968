"""The pages of applying, submitting and opening."""

from pglab.proposals.routes import acknowledging, drafting, opening, submitting
from pglab.proposals.routes.blueprint import bp

__all__ = ["acknowledging", "bp", "drafting", "opening", "submitting"]
