"""Pages of questions and answers: what everyone reads and asks, and where program staff answer."""

from pglab.questions.routes import answering, inbox, own, public
from pglab.questions.routes.blueprint import bp

__all__ = ["answering", "bp", "inbox", "own", "public"]
