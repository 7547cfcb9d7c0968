"""Pages for administrators and auditors, the two addresses that monitoring asks, and the demo's clock."""

from pglab.admin.routes import audit, clock, health, metrics, people
from pglab.admin.routes.blueprint import bp

__all__ = ["audit", "bp", "clock", "health", "metrics", "people"]
