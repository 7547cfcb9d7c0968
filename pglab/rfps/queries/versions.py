"""The frozen versions of an RFP: version 1 is the publication, version n + 1 what addendum n made of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.differences import Difference, differences


@dataclass(frozen=True)
class Amendment:
    """What one addendum changed, read from the version before it and the version it made."""

    number: int
    made_at: datetime
    changes: tuple[Difference, ...]

    @property
    def moves_deadline(self) -> Difference | None:
        """The change of the deadline, when there is one."""
        return next((change for change in self.changes if change.key == "dates.closes_at"), None)


def content_of(version: RfpVersion) -> dict[str, Any]:
    """What a version froze."""
    return _content(version.id, version.snapshot)


def get_version(rfp: Rfp, number: int) -> RfpVersion:
    """One version of an RFP the viewer has already been allowed to see."""
    found = db.session.scalar(select(RfpVersion).where(RfpVersion.rfp_id == rfp.id, RfpVersion.number == number))
    if found is None:
        raise NotFoundError(f"{rfp.reference} has no version {number}.")
    return found


def list_versions(rfp_id: UUID) -> list[RfpVersion]:
    """All versions, the oldest first."""
    query = select(RfpVersion).where(RfpVersion.rfp_id == rfp_id).order_by(RfpVersion.number)
    return list(db.session.scalars(query))


def list_amendments(rfp: Rfp, *, up_to: int | None = None) -> list[Amendment]:
    """What each addendum changed, the first one first; `up_to` leaves out what made later versions."""
    versions = list_versions(rfp.id)
    return [
        Amendment(new.number - 1, new.made_at, _changes(old, new))
        for old, new in pairwise(versions)
        if up_to is None or new.number <= up_to
    ]


def get_amendment(rfp: Rfp, number: int) -> Amendment:
    """What one addendum changed."""
    old, new = get_version(rfp, number), get_version(rfp, number + 1)
    return Amendment(number, new.made_at, _changes(old, new))


def _changes(old: RfpVersion, new: RfpVersion) -> tuple[Difference, ...]:
    return _between(old.id, new.id, old.snapshot, new.snapshot)


@lru_cache(maxsize=256)
def _between(_old_id: UUID, _new_id: UUID, old: str, new: str) -> tuple[Difference, ...]:
    return tuple(differences(json.loads(old), json.loads(new)))


@lru_cache(maxsize=64)
def _content(_version_id: UUID, snapshot: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(snapshot)
    return content
