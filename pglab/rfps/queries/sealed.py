"""How many proposals lie sealed: a number for whoever opens them, where the City chose to know it."""

from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.rfps import policy
from pglab.rfps.models import Rfp

COUNTER = "sealed_count(uuid)"


def count_sealed(rfp: Rfp, *, viewer: User, setting: str) -> int | None:
    """How many proposals were submitted and still lie sealed, for a program manager or director where `setting` is
    `count`; None for everybody else, under `nothing`, and once they are open.

    The database has the last word: until its owner allows the count as well, there is no number, and no error either.
    """
    if setting != "count" or rfp.opened_at is not None or not viewer.has_staff_role(*policy.PUBLISHERS):
        return None
    if not db.session.scalar(select(func.has_function_privilege(COUNTER, "EXECUTE"))):
        return None
    return db.session.scalar(select(func.sealed_count(rfp.id)))
