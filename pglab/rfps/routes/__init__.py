"""The public pages of a cohort and its RFP, and the pages on which program managers build and publish them."""

<<<<<<< HEAD
from pglab.rfps.routes import files, manage, public, publication, setup, updates
from pglab.rfps.routes.blueprint import bp

__all__ = ["bp", "files", "manage", "public", "publication", "setup", "updates"]
=======
from pglab.rfps.routes import areas, asking, branches, manage, previewing, public, publication, setup, updates
from pglab.rfps.routes.blueprint import bp

__all__ = ["areas", "asking", "bp", "branches", "manage", "previewing", "public", "publication", "setup", "updates"]
>>>>>>> 7b678c7 (Build a cohort part by part, and let answers decide what is asked next)
