"""The pages on which staff arrange sessions, and those on which everyone reads of them and signs up."""

from pglab.info_sessions.routes import manage, public
from pglab.info_sessions.routes.blueprint import bp

__all__ = ["bp", "manage", "public"]
