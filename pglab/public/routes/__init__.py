"""Pages for everyone that belong to no procurement."""

from pglab.public.routes import history, plain, search
from pglab.public.routes.blueprint import bp

__all__ = ["bp", "history", "plain", "search"]
