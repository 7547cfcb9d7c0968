"""Forms of parts that come in any number: rules, criteria, documents, … Each part has numbered fields, and buttons
move, add and remove parts before anything is saved."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field

from pglab.documents.models import MAX_BYTES
from pglab.rfps.forms.call import LARGEST_STIPEND, EditForm, HiddenField
from pglab.web.forms import (
    Form,
    LineField,
    ManyChoiceField,
    MoneyField,
    TextField,
    TickField,
    WholeNumberField,
    YesNoField,
)

POINTS = range(6)
MEGABYTE = 1_000_000
NUMBERED = re.compile(r"(.+)_([0-9]{1,3})")
MEDIA_TYPES = [("application/pdf", "PDF"), ("image/png", "PNG"), ("image/jpeg", "JPEG")]
Fields = dict[str, Field]
Row = dict[str, list[str]]


def numbered(count: int, fields: Callable[[int], Fields]) -> type[EditForm]:
    """A form with the same fields for each of `count` parts: `title_1`, `weight_1`, `title_2`, …"""
    every: Fields = {"rows": HiddenField(required=False)}
    for place in range(1, count + 1):
        every[f"id_{place}"] = HiddenField(required=False)
        every |= {f"{name}_{place}": field for name, field in fields(place).items()}
    return type("NumberedForm", (EditForm,), every)


def fill_numbered(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The stored values of each part under the names of its fields."""
    filled = {f"{name}_{place}": value for place, row in enumerate(rows, start=1) for name, value in row.items()}
    return {**filled, "rows": str(len(rows))}


def read_numbered(form: Form) -> list[dict[str, Any]]:
    """What was entered, one mapping for each part."""
    found: dict[int, dict[str, Any]] = {}
    for field in form:
        match = NUMBERED.fullmatch(field.name)
        if match:
            found.setdefault(int(match[2]), {})[match[1]] = field.data
    return [found[place] for place in sorted(found)]


def typed_rows(posted: MultiDict[str, str], count: int) -> list[Row]:
    """What was typed, one mapping for each part, untouched."""
    rows: list[Row] = [{} for _ in range(count)]
    for name, values in posted.lists():
        match = NUMBERED.fullmatch(name)
        if match and 1 <= int(match[2]) <= count:
            rows[int(match[2]) - 1][match[1]] = values
    return rows


def retyped(posted: MultiDict[str, str], rows: Sequence[Row]) -> MultiDict[str, str]:
    """The post as it would be with these parts in this order."""
    kept = [(name, values) for name, values in posted.lists() if not NUMBERED.fullmatch(name) and name != "rows"]
    numbers = [(f"{name}_{place}", values) for place, row in enumerate(rows, start=1) for name, values in row.items()]
    return MultiDict(dict([*kept, *numbers, ("rows", [str(len(rows))])]))


def rearrange(rows: Sequence[Row], step: str, place: int) -> list[Row]:
    """The parts with one of them moved `up` or `down` by one place, or taken `out`."""
    moved = list(rows)
    if 1 <= place <= len(moved):
        part = moved.pop(place - 1)
        if step != "out":
            moved.insert(min(max(place - 1 + (1 if step == "down" else -1), 0), len(moved)), part)
    return moved


def section_fields(place: int) -> Fields:
    """One section of the notice."""
    return {
        "title": LineField("Title", thing=f"the title of section {place}"),
        "body": TextField("Text", thing=f"the text of section {place}", max_length=8000),
    }


def rule_fields(place: int) -> Fields:
    """One condition for taking part, and the question with which a startup can check itself."""
    return {
        "text": LineField("Condition", thing=f"condition {place}", max_length=500),
        "question": LineField(
            "Question to check it",
            thing=f"the question of condition {place}",
            max_length=300,
            required=False,
            description="A yes or no question for the eligibility check. Leave it blank if a startup can’t answer it.",
        ),
        "fitting": YesNoField("Which answer fits?", required=False),
    }


def criterion_fields(place: int) -> Fields:
    """One criterion with its six anchors, and the entry of the library it began as."""
    named = f"of criterion {place}"
    return {
        "library": HiddenField(required=False),
        "title": LineField("Name", thing=f"the name {named}", max_length=120),
        "weight": WholeNumberField("Weight in percent", thing=f"the weight {named}", minimum=1, maximum=100),
        "question": LineField("What evaluators ask", thing=f"the question {named}", max_length=500),
        **{f"anchor{points}": _anchor_field(points, named) for points in POINTS},
    }


def _anchor_field(points: int, named: str) -> Field:
    said = f"{points} {'point means' if points == 1 else 'points mean'}"
    return LineField(f"What {said}", thing=f"what {said} {named}", max_length=300)


def slot_fields(place: int) -> Fields:
    """One file startups hand in."""
    return {
        "title": LineField("Name", thing=f"the name of document {place}", max_length=120),
        "hint": LineField("Hint", thing=f"the hint of document {place}", max_length=500, required=False),
        "media_types": ManyChoiceField(
            "Types", choices=MEDIA_TYPES, blank=f"Select at least one type for document {place}"
        ),
        "max_mb": WholeNumberField(
            "Size in MB, at most",
            thing=f"the size limit of document {place}",
            minimum=1,
            maximum=MAX_BYTES // MEGABYTE,
        ),
        "max_pages": WholeNumberField(
            "Pages, at most", thing=f"the page limit of document {place}", minimum=1, maximum=200
        ),
        "required": TickField("A proposal can’t be submitted without it", required=False),
    }


def installment_fields(place: int) -> Fields:
    """One part of the stipend."""
    return {
        "milestone": LineField("Milestone", thing=f"milestone {place}", max_length=120),
        "done_when": TextField("It is done when", thing=f"when milestone {place} is done", max_length=1000),
        "due_after_days": WholeNumberField(
            "Due, in days after the pilot starts", thing=f"when milestone {place} is due", minimum=1, maximum=400
        ),
        "amount_cents": MoneyField(
            "Amount", thing=f"the amount of installment {place}", minimum=1_00, maximum=LARGEST_STIPEND
        ),
    }
