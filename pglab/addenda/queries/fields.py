"""Which fields of a published RFP an addendum may reword, and what its changes would make of the frozen content."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pglab.core.errors import NotFoundError
from pglab.rfps import queries as rfp_queries
from pglab.rfps.queries import Difference

LINE, TEXT, NUMBER, MOMENT, DAY = "line", "text", "number", "moment", "day"
# Place in the frozen content -> kind, largest length or (smallest, largest) number, and whether it may be left empty.
# Names, weights and amounts are not among them: what a score or a payment is counted by does not change once published.
EDITABLE: tuple[tuple[str, str, Any, bool], ...] = (
    (r"sections\.\d+\.title", LINE, 200, False),
    (r"sections\.\d+\.body", TEXT, 8000, False),
    (r"dates\.(questions_due_at|answers_due_at|scores_due_at)", MOMENT, None, False),
    (r"dates\.(pitch_on|feasibility_on|decision_on)", DAY, None, False),
    (r"eligibility\.\d+", LINE, 500, False),
    (r"areas\.\d+\.teaser", LINE, 300, False),
    (r"areas\.\d+\.(problem|success)", TEXT, 5000, False),
    (r"areas\.\d+\.(affected|constraints|data_and_sites)", TEXT, 5000, True),
    (r"criteria\.\d+\.question", LINE, 500, False),
    (r"criteria\.\d+\.anchors\.\d+", LINE, 300, False),
    (r"form\.\d+\.questions\.\d+\.label", LINE, 300, False),
    (r"form\.\d+\.questions\.\d+\.hint", LINE, 500, True),
    (r"form\.\d+\.questions\.\d+\.word_limit", NUMBER, (10, 2000), False),
    (r"documents\.\d+\.(title)", LINE, 120, False),
    (r"documents\.\d+\.hint", LINE, 500, True),
    (r"documents\.\d+\.max_pages", NUMBER, (1, 200), False),
    (r"installments\.\d+\.done_when", TEXT, 1000, False),
)
# The order of the picker: the parts as the setup has them, and what belongs to one thing as its page asks for it.
PARTS = ("dates", "sections", "eligibility", "areas", "criteria", "form", "documents", "installments")
NAMES = (
    *("questions_due_at", "answers_due_at", "scores_due_at", "pitch_on", "feasibility_on", "decision_on"),
    *("title", "body", "teaser", "problem", "affected", "success", "constraints", "data_and_sites"),
    *("question", "anchors", "label", "hint", "word_limit", "max_pages", "done_when"),
)
# What may still change between the deadline and the opening: nothing that a startup answers to.
AFTER_THE_DEADLINE = frozenset({"dates.scores_due_at", "dates.pitch_on", "dates.feasibility_on", "dates.decision_on"})


@dataclass(frozen=True)
class EditableField:
    """One field as the picker offers it: its place, its name, and what it says now."""

    key: str
    part: str
    label: str
    kind: str
    bound: Any
    may_be_empty: bool
    value: Any


def list_fields(content: Mapping[str, Any]) -> list[EditableField]:
    """Everything an addendum may change, in the order of the setup; questions without a word limit get none."""
    found = [_field(key, value, content) for key, value in rfp_queries.leaves(content)]
    return sorted((field for field in found if field is not None), key=_place)


def _place(field: EditableField) -> tuple[int, ...]:
    """Where a field stands in the picker."""
    part, *names = field.key.split(".")
    known = [name for name in names if name != "questions"]
    return PARTS.index(part), *(int(name) if name.isdecimal() else NAMES.index(name) for name in known)


def get_field(content: Mapping[str, Any], key: str) -> EditableField:
    """One field an addendum may change."""
    for field in list_fields(content):
        if field.key == key:
            return field
    raise NotFoundError("An addendum can’t change this.")


def _field(key: str, value: Any, content: Mapping[str, Any]) -> EditableField | None:
    for pattern, kind, bound, may_be_empty in EDITABLE:
        if re.fullmatch(pattern, key) and not (kind == NUMBER and value is None):
            part, label, _anchor = rfp_queries.describe(key, content)
            return EditableField(key, part, label, kind, bound, may_be_empty, value)
    return None


def as_value(given: Any) -> Any:
    """A value as the frozen content writes it."""
    if isinstance(given, datetime):
        return given.astimezone(UTC).isoformat()
    return given.isoformat() if isinstance(given, date) else given


def with_changes(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The content as it would read with these changes; a place that no longer exists is left out."""
    made: dict[str, Any] = copy.deepcopy(dict(content))
    there = dict(rfp_queries.leaves(made))
    for key, value in changes.items():
        if key in there:
            _put(made, key.split("."), value)
    return made


def _put(content: Any, names: list[str], value: Any) -> None:
    for name in names[:-1]:
        content = content[int(name)] if isinstance(content, list) else content[name]
    if isinstance(content, list):
        content[int(names[-1])] = value
    else:
        content[names[-1]] = value


def preview(content: Mapping[str, Any], changes: Mapping[str, Any]) -> list[Difference]:
    """What the changes do to the content as it stands: computed as the issued addendum's page will compute it."""
    return rfp_queries.differences(content, with_changes(content, changes))
