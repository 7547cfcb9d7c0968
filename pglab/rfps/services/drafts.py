"""A draft open for changes: locked, at the version its page showed, each change on the log. Parts keep their order."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.rfps import policy
from pglab.rfps.models import Rfp
from pglab.rfps.services.publishing import lock
from pglab.rfps.states import RfpStatus

LOGGED_LENGTH = 500
MOST_PARTS = 40
# Names in addresses that pages of the setup need for themselves.
RESERVED = {"new", "order"}
Changes = tuple[dict[str, Any], dict[str, Any]]


class StaleVersionError(StateError):
    """Somebody else saved the draft after this page was opened."""


def open_draft(rfp: Rfp, *, version: int, actor: User) -> Rfp:
    """Lock the draft for a change; only a draft, only by a program manager, and only as that person saw it."""
    require(policy.may_prepare(actor))
    call = lock(rfp)
    if call.status is not RfpStatus.DRAFT:
        raise StateError(why_not_changed(call))
    if call.version != version:
        raise StaleVersionError("Somebody else saved changes to this cohort while you were typing.")
    call.version += 1
    return call


def why_not_changed(rfp: Rfp) -> str:
    """Why this RFP cannot be edited now, and what can be done."""
    if rfp.status is RfpStatus.IN_REVIEW:
        return f"{rfp.reference} is waiting for a second person. Return it to draft to change it."
    return f"{rfp.reference} is published. From now on it changes only by an addendum."


def arrange(stored: Sequence[Any], given: Sequence[Any], make: Callable[[dict[str, Any]], Any]) -> Changes:
    """Make the stored parts what is given, in that order: known ones (by id) change, others are made, missing ones go.

    Positions are 1 to n afterwards. The differences, before and after.
    """
    if len(given) > MOST_PARTS:
        raise RuleError(f"There can be at most {MOST_PARTS} of them. There are {len(given)}.")
    left = {part.id: part for part in stored}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    kept = []
    for place, text in enumerate(given, start=1):
        values = {field.name: getattr(text, field.name) for field in fields(text)}
        part = left.pop(values.pop("id"), None)
        if part is None:
            part = make(values)
            after[f"{place} added"] = loggable(next(iter(values.values())))
        else:
            was, now = assign(part, values)
            before |= {f"{place} {name}": value for name, value in was.items()}
            after |= {f"{place} {name}": value for name, value in now.items()}
            if part.position != place:
                before[f"{place} position"], after[f"{place} position"] = part.position, place
        kept.append(part)
    before |= {f"{part.position} removed": loggable(str(part)) for part in left.values()}
    for part in left.values():
        db.session.delete(part)
    put_in_order(kept)
    return before, after


def put_in_order(parts: Sequence[Any]) -> None:
    """Give the parts the positions 1 to n, in two steps so that no two ever hold the same."""
    if [part.position for part in parts] != list(range(1, len(parts) + 1)):
        for place, part in enumerate(parts, start=1):
            part.position = -place
        db.session.add_all(parts)
        db.session.flush()
    for place, part in enumerate(parts, start=1):
        part.position = place
    db.session.flush()


def fresh_slug(title: str, taken: Collection[str]) -> str:
    """A name for an address, made from a title, that no other part has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "part"
    names = (base, *(f"{base}-{number}" for number in range(2, MOST_PARTS * 10)))
    return next(name for name in names if name not in taken and name not in RESERVED)


def assign(thing: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the values that differ; what they were and what they are, as the log takes them."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(thing, name)
        if old != value:
            before[name], after[name] = loggable(old), loggable(value)
            setattr(thing, name, value)
    db.session.flush()
    return before, after


def loggable(value: Any) -> str | int | None:
    """A value for the log: numbers as they are, the rest as text that is not endless."""
    if value is None or isinstance(value, int):
        return value
    return (value.isoformat() if isinstance(value, date) else str(value))[:LOGGED_LENGTH]


def log(call: Rfp, part: str, changes: tuple[dict[str, Any], dict[str, Any]], *, actor: User) -> None:
    """One entry for the RFP: which part, and what was and is."""
    record("rfp.changed", call, actor=actor, reason=part, before=changes[0], after=changes[1])
