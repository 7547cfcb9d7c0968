"""What two frozen versions of an RFP say differently: computed from their contents, never typed by anybody."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pglab.web.filters import et_date, et_long

DATE_WORDS = {
    "publish_at": "RFP published",
    "questions_due_at": "Last day to ask questions",
    "answers_due_at": "Last day for answers",
    "closes_at": "Proposals due",
    "scores_due_at": "Scores due",
    "pitch_on": "Pitches",
    "feasibility_on": "Feasibility reviews done by",
    "decision_on": "Decisions on or after",
}
WORDS = {
    "title": "Title",
    "body": "Text",
    "teaser": "In one sentence",
    "problem": "The problem",
    "success": "What success looks like",
    "affected": "Who has the problem",
    "constraints": "Constraints",
    "data_and_sites": "Data and sites",
    "question": "What evaluators ask",
    "label": "Question",
    "hint": "Hint",
    "word_limit": "Word limit",
    "max_pages": "Pages, at most",
    "done_when": "It is done when",
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Part of the frozen content -> its name on pages, the one word for a line of it, and where it stands in the notice.
PARTS = {
    "sections": ("Notice", "Section", "section-{place}"),
    "eligibility": ("Eligibility", "Condition", "eligibility"),
    "areas": ("Challenge areas", "Challenge", "challenges"),
    "criteria": ("Rubric", "Criterion", "criterion-{place}"),
    "form": ("Questions", "Section", "questions"),
    "documents": ("Documents", "Document", "questions"),
    "installments": ("Installments", "Installment", "installments"),
    "dates": ("Dates", "", "dates"),
}


@dataclass(frozen=True)
class Difference:
    """One field that two versions word differently: its place in the content, its name, and both wordings."""

    key: str
    part: str
    label: str
    anchor: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every field whose value differs, in the order of the content; a field only one of them has is empty in the
    other."""
    old, new = dict(leaves(before)), dict(leaves(after))
    found = []
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key):
            part, label, anchor = describe(key, after if key in new else before)
            found.append(Difference(key, part, label, anchor, spoken(old.get(key)), spoken(new.get(key))))
    return found


def leaves(content: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value with its place, such as `sections.0.body`, in order."""
    if isinstance(content, Mapping):
        pairs = [(str(name), value) for name, value in content.items()]
    elif isinstance(content, list):
        pairs = [(str(number), value) for number, value in enumerate(content)]
    else:
        yield place, content
        return
    for name, value in pairs:
        yield from leaves(value, f"{place}.{name}" if place else name)


def describe(key: str, content: Mapping[str, Any]) -> tuple[str, str, str]:
    """The part of the RFP a place is in, how pages call the field, and its anchor in the notice."""
    names = key.split(".")
    if names[0] == "dates":
        return "Dates", DATE_WORDS.get(names[-1], names[-1]), "dates"
    if names[0] not in PARTS or len(names) < 2:
        return "The cohort", " ".join(names).replace("_", " ").capitalize(), ""
    part, line, anchor = PARTS[names[0]]
    place = int(names[1]) + 1
    return part, _line(names, line, place, content), anchor.format(place=place)


def _line(names: list[str], line: str, place: int, content: Mapping[str, Any]) -> str:
    thing = content[names[0]][place - 1]
    if not isinstance(thing, Mapping):
        return f"{line} {place}"
    title = thing.get("title") or thing.get("milestone") or f"{line} {place}"
    if "anchors" in names:
        return f"{title}: what {names[-1]} {'point means' if names[-1] == '1' else 'points mean'}"
    asked = f" {int(names[3]) + 1}" if "questions" in names and len(thing["questions"]) > 1 else ""
    word = WORDS.get(names[-1], names[-1].replace("_", " ").capitalize())
    return f"{title}: {word.lower() if names[-1] != 'title' else 'title'}{asked}"


def spoken(value: Any) -> str:
    """A value of the frozen content as pages write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return et_long(datetime.fromisoformat(value))
    if isinstance(value, str) and DAY.fullmatch(value):
        return et_date(date.fromisoformat(value))
    return str(value)
