"""Reading RFPs: whole calls as pages show them, and the parts of a draft."""

from pglab.rfps.queries.attention import Attention, attention_asked, list_attention
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
from pglab.rfps.queries.dates import list_dates, write_dates, write_deadline
from pglab.rfps.queries.differences import Difference, describe, differences, leaves, spoken
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
from pglab.rfps.queries.versions import (
    Amendment,
    content_of,
    get_amendment,
    get_version,
    list_amendments,
    list_versions,
)

__all__ = [
    "Amendment",
    "Attention",
    "Call",
    "Difference",
    "attention_asked",
    "call_of",
    "call_texts",
    "content_of",
    "describe",
    "differences",
    "find_last_change",
    "get_amendment",
    "get_area",
    "get_call",
    "get_person",
    "get_rfp",
    "get_version",
    "is_public",
    "latest_version",
    "leaves",
    "list_amendments",
    "list_areas",
    "list_attention",
    "list_criteria",
    "list_dates",
    "list_eligibility_rules",
    "list_form_sections",
    "list_hosts",
    "list_installments",
    "list_notice_sections",
    "list_rfps",
    "list_slots",
    "list_versions",
    "next_cohort_number",
    "publication_clock",
    "shown_to_everyone",
    "snapshot_of",
    "spoken",
    "write_dates",
    "write_deadline",
]
