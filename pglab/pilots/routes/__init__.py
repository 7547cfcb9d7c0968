"""Pages of pilots: starting them (program managers) and the workspace that startup, champion and City share."""

from pglab.pilots.routes import manage, workspace
from pglab.pilots.routes.blueprint import bp

__all__ = ["bp", "manage", "workspace"]
