"""The public pages of addenda, and the pages on which two people issue them, move a deadline or cancel a call."""

from pglab.addenda.routes import cancellation, drafting, extension, issuing, public
from pglab.addenda.routes.blueprint import bp

__all__ = ["bp", "cancellation", "drafting", "extension", "issuing", "public"]
