"""Pages of pilots: starting them (program managers) and the workspace that startup, champion and City share."""

from pglab.pilots.routes import manage, workspace
from pglab.pilots.routes.blueprint import bp, shown_to_participants

__all__ = ["bp", "manage", "shown_to_participants", "workspace"]
