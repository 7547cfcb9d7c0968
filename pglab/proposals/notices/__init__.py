"""Which notice about a proposal is owed to whom. No mail carries anything of its content."""

from pglab.proposals.notices.asking import tell_asked
from pglab.proposals.notices.clarifications import (
    tell_clarification_asked,
    tell_clarification_due,
    tell_clarification_taken_back,
    tell_more_time,
    tell_program_of_answer,
)
from pglab.proposals.notices.news import tell_addendum, tell_answers, tell_cancelled, tell_outage
from pglab.proposals.notices.opening import tell_opening_asked
from pglab.proposals.notices.own import addresses_of_receipt, tell_started, tell_submitted, tell_withheld
from pglab.proposals.notices.people import representatives, team
from pglab.proposals.notices.reminders import tell_reminder
from pglab.proposals.notices.withdrawal import tell_program_of_withdrawal, tell_withdrawal_undone, tell_withdrawn

__all__ = [
    "addresses_of_receipt",
    "representatives",
    "team",
    "tell_addendum",
    "tell_answers",
    "tell_asked",
    "tell_cancelled",
    "tell_clarification_asked",
    "tell_clarification_due",
    "tell_clarification_taken_back",
    "tell_more_time",
    "tell_opening_asked",
    "tell_outage",
    "tell_program_of_answer",
    "tell_program_of_withdrawal",
    "tell_reminder",
    "tell_started",
    "tell_submitted",
    "tell_withdrawal_undone",
    "tell_withdrawn",
    "tell_withheld",
]
