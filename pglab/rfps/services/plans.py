"""Plans that a cohort begins with: the sample plan, an earlier cohort's parts, or nothing; the library of criteria."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from pglab.rfps import queries
from pglab.rfps.models import FormSection, Rfp

FOLDER = Path(__file__).parent.parent / "data"
AREA = ("slug", "title", "teaser", "problem", "affected", "success", "constraints", "data_and_sites")
CRITERION = ("title", "question", "weight", "anchors", "library_key", "library_version")
QUESTION = ("label", "name", "hint", "kind", "word_limit", "required", "options")
SLOT = ("slug", "title", "hint", "media_types", "max_bytes", "max_pages", "required")
INSTALLMENT = ("milestone", "done_when", "due_after_days", "amount_cents")
Plan = dict[str, Any]
PARTS = ("hosts", "areas", "sections", "eligibility", "criteria", "form", "slots", "installments")


@cache
def sample_plan() -> Plan:
    """Challenge areas, notice, rubric, form, documents and installments, as a start; ours, not the program's record."""
    plan: Plan = json.loads((FOLDER / "sample_plan.json").read_text(encoding="utf-8"))
    return plan


def empty_plan() -> Plan:
    """Nothing of any part: everything is still to be written."""
    return {"stages": {"has_pitch": False, "has_feasibility": False}, **{part: [] for part in PARTS}}


@cache
def criteria_library() -> Plan:
    """Criteria with their anchors, to start a rubric from: the `version` of the collection, and its `entries`."""
    library: Plan = json.loads((FOLDER / "criteria_library.json").read_text(encoding="utf-8"))
    return library


def plan_of(rfp: Rfp) -> Plan:
    """The parts of a cohort's RFP as they stand, ready to begin another one. Champions and dates stay behind."""
    areas, sections = queries.list_areas(rfp.cohort_id), queries.list_form_sections(rfp.id)
    places = {each.id: [section.position, each.position] for section in sections for each in section.questions}
    rules = queries.list_eligibility_rules(rfp.id)
    return {
        "stages": {"has_pitch": rfp.has_pitch, "has_feasibility": rfp.has_feasibility},
        "hosts": [{"name": area.host.name, "kind": area.host.kind.value} for area in areas],
        "areas": [{**taken(area, AREA), "host": area.host.name} for area in areas],
        "sections": [taken(part, ("title", "body")) for part in queries.list_notice_sections(rfp.id)],
        "eligibility": [taken(rule, ("text", "question", "fitting")) for rule in rules],
        "criteria": [taken(line, CRITERION) for line in queries.list_criteria(rfp.id)],
        "form": [form_section(section, places) for section in sections],
        "slots": [taken(slot, SLOT) for slot in queries.list_slots(rfp.id)],
        "installments": [taken(part, INSTALLMENT) for part in queries.list_installments(rfp.id)],
    }


def form_section(section: FormSection, places: dict[Any, list[int]]) -> Plan:
    """A section with its questions; conditions name their question by section and place."""
    return {
        **taken(section, ("slug", "title", "group")),
        "criterion": section.criterion.title if section.criterion else None,
        "questions": [
            {
                **taken(each, QUESTION),
                "show_if": {"question": places[each.show_if_id], "answer": each.show_if_value}
                if each.show_if_id
                else None,
            }
            for each in section.questions
        ],
    }


def taken(part: Any, names: tuple[str, ...]) -> Plan:
    """These values of a part."""
    return {name: getattr(part, name) for name in names}
