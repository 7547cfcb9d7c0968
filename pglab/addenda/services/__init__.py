"""The acts by which a published RFP changes or ends."""

from pglab.addenda.services.cancelling import (
    ask_cancellation,
    cohort_cancelled,
    confirm_cancellation,
    withdraw_cancellation,
)
from pglab.addenda.services.extending import Extension, ask_extension, later_dates
from pglab.addenda.services.issuing import Seen, addendum_issued, issue_addendum
from pglab.addenda.services.moments import business_days_left, call_state, needs_reason
from pglab.addenda.services.preparing import (
    AddendumWords,
    ask_issue,
    change_words,
    drop_change,
    prepare_addendum,
    propose_change,
    return_addendum,
    withdraw_addendum,
)

__all__ = [
    "AddendumWords",
    "Extension",
    "Seen",
    "addendum_issued",
    "ask_cancellation",
    "ask_extension",
    "ask_issue",
    "business_days_left",
    "call_state",
    "change_words",
    "cohort_cancelled",
    "confirm_cancellation",
    "drop_change",
    "issue_addendum",
    "later_dates",
    "needs_reason",
    "prepare_addendum",
    "propose_change",
    "return_addendum",
    "withdraw_addendum",
    "withdraw_cancellation",
]
