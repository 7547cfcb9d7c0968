"""Reading addenda: the issued ones for everyone, those in preparation for City staff, and what a draft would change."""

from pglab.addenda.queries.fields import (
    AFTER_THE_DEADLINE,
    EditableField,
    as_value,
    get_field,
    list_fields,
    preview,
    with_changes,
)
from pglab.addenda.queries.lists import (
    Waiting,
    addendum_texts,
    count_cancellations,
    find_cancellation,
    find_open_addendum,
    get_issued,
    get_open_addendum,
    list_issued,
    list_outages,
    list_to_acknowledge,
    list_unanswered_outages,
    list_waiting,
    unused_version,
)

__all__ = [
    "AFTER_THE_DEADLINE",
    "EditableField",
    "Waiting",
    "addendum_texts",
    "as_value",
    "count_cancellations",
    "find_cancellation",
    "find_open_addendum",
    "get_field",
    "get_issued",
    "get_open_addendum",
    "list_fields",
    "list_issued",
    "list_outages",
    "list_to_acknowledge",
    "list_unanswered_outages",
    "list_waiting",
    "preview",
    "unused_version",
    "with_changes",
]
