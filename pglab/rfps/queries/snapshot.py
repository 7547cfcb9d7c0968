"""Everything that publication freezes, as one JSON value: what the public reads and every proposal answers."""

from typing import Any
from uuid import UUID

from pglab.rfps.models import Criterion, DocumentSlot, FormSection, Rfp
from pglab.rfps.queries.parts import Parts

MOMENTS = ("publish_at", "questions_due_at", "answers_due_at", "closes_at", "scores_due_at")
# Days, in the order of the stages; a call without a stage has no day for it.
DAYS = ("pitch_on", "feasibility_on", "decision_on")
DATES = (*MOMENTS, *DAYS)
AREA_TEXTS = ("slug", "title", "teaser", "problem", "affected", "success", "constraints", "data_and_sites")


def snapshot_of(rfp: Rfp, parts: Parts | None = None) -> dict[str, Any]:
    """The RFP with all its parts, in their order; `parts` are those that were read already."""
    cohort, parts = rfp.cohort, parts or Parts(rfp)
    rules, sections = parts.rules, parts.form
    places = {
        question.id: [section.position, question.position] for section in sections for question in section.questions
    }
    return {
        "reference": rfp.reference,
        "cohort": {
            "number": cohort.number,
            "headline": cohort.headline,
            "summary": cohort.summary,
            "pilot_start_on": cohort.pilot_start_on.isoformat(),
            "pilot_end_on": cohort.pilot_end_on.isoformat(),
        },
        "dates": {name: at.isoformat() for name in DATES if (at := getattr(rfp, name)) is not None},
        "stipend_cents": rfp.stipend_cents,
        "award_count": rfp.award_count,
        "stages": {"pitch": rfp.has_pitch, "feasibility": rfp.has_feasibility},
        "areas": [
            {**{name: getattr(area, name) for name in AREA_TEXTS}, "host": area.host.name} for area in parts.areas
        ],
        "sections": [{"title": part.title, "body": part.body} for part in parts.notice],
        "eligibility": [rule.text for rule in rules],
        "eligibility_check": [
            {"rule": rule.position, "question": rule.question, "fitting": rule.fitting}
            for rule in rules
            if rule.question
        ],
        "criteria": [_criterion(line) for line in parts.criteria],
        "form": [_form_section(section, places) for section in sections],
        "documents": [_slot(slot) for slot in parts.slots],
        "installments": [
            {
                "milestone": part.milestone,
                "done_when": part.done_when,
                "due_after_days": part.due_after_days,
                "amount_cents": part.amount_cents,
            }
            for part in parts.installments
        ],
    }


def _criterion(line: Criterion) -> dict[str, Any]:
    library = {"entry": line.library_key, "version": line.library_version} if line.library_key else None
    return {
        "title": line.title,
        "question": line.question,
        "weight": line.weight,
        "anchors": list(line.anchors),
        "library": library,
    }


def _form_section(section: FormSection, places: dict[UUID, list[int]]) -> dict[str, Any]:
    """Conditions name their question by its section and place, so that a version reads by itself."""
    return {
        "title": section.title,
        "group": section.group,
        "criterion": section.criterion.title if section.criterion else None,
        "questions": [
            {
                "label": question.label,
                "hint": question.hint,
                "kind": question.kind.value,
                "word_limit": question.word_limit,
                "required": question.required,
                "options": list(question.options),
                "show_if": {"question": places[question.show_if_id], "answer": question.show_if_value}
                if question.show_if_id
                else None,
            }
            for question in section.questions
        ],
    }


def _slot(slot: DocumentSlot) -> dict[str, Any]:
    return {
        "title": slot.title,
        "hint": slot.hint,
        "media_types": list(slot.media_types),
        "max_bytes": slot.max_bytes,
        "max_pages": slot.max_pages,
        "required": slot.required,
    }
