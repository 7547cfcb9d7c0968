"""The public pages of a cohort and its RFP, and the pages on which program managers build and publish them."""

from pglab.rfps.routes import (
    areas,
    asking,
    branches,
    checking,
    emails,
    files,
    manage,
    previewing,
    public,
    publication,
    setup,
    updates,
)
from pglab.rfps.routes.blueprint import bp

__all__ = [
    "areas",
    "asking",
    "bp",
    "branches",
    "checking",
    "emails",
    "files",
    "manage",
    "previewing",
    "public",
    "publication",
    "setup",
    "updates",
]
