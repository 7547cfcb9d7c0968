"""The public pages of a cohort and its RFP, and the pages on which program managers build and publish them."""

from pglab.rfps.routes import files, manage, public, publication, setup, updates
from pglab.rfps.routes.blueprint import bp

__all__ = ["bp", "files", "manage", "public", "publication", "setup", "updates"]
