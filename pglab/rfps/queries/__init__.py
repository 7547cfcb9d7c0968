"""Reading RFPs: whole calls as pages show them, and the parts of a draft."""

from pglab.rfps.queries.calls import (
    Call,
    call_of,
    get_call,
    get_rfp,
    is_public,
    list_rfps,
    next_cohort_number,
    publication_clock,
    shown_to_everyone,
)
from pglab.rfps.queries.parts import (
    find_last_change,
    get_area,
    get_person,
    latest_version,
    list_areas,
    list_criteria,
    list_eligibility_rules,
    list_form_sections,
    list_hosts,
    list_installments,
    list_notice_sections,
    list_slots,
)
from pglab.rfps.queries.snapshot import snapshot_of
from pglab.rfps.queries.texts import call_texts

__all__ = [
    "Call",
    "call_of",
    "call_texts",
    "find_last_change",
    "get_area",
    "get_call",
    "get_person",
    "get_rfp",
    "is_public",
    "latest_version",
    "list_areas",
    "list_criteria",
    "list_eligibility_rules",
    "list_form_sections",
    "list_hosts",
    "list_installments",
    "list_notice_sections",
    "list_rfps",
    "list_slots",
    "next_cohort_number",
    "publication_clock",
    "shown_to_everyone",
    "snapshot_of",
]
