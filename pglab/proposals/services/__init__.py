"""What may be done with a proposal: draft it, submit it, open all of them, say who may read one."""

from pglab.proposals.services.acknowledging import acknowledge_addenda
from pglab.proposals.services.answering import save_answers
from pglab.proposals.services.asking import answer_request, ask_review, ask_to_submit, end_requests
from pglab.proposals.services.attaching import (
    OtherFileError,
    UnseenFileError,
    attach_file,
    file_rule,
    remove_file,
    upload_purpose,
)
from pglab.proposals.services.checking import check_section
from pglab.proposals.services.clarifying import ask_clarification, give_more_time, take_back_clarification
from pglab.proposals.services.counting import allow_counting
from pglab.proposals.services.judging import follow_verdict
from pglab.proposals.services.marking import (
    Claim,
    OtherMarkError,
    attach_redacted,
    mark_file,
    redacted_purpose,
    redacted_rule,
    remove_redacted,
    unmark_file,
)
from pglab.proposals.services.moving import move_file, reuse_file
from pglab.proposals.services.opening import ask_opening, confirm_opening, proposals_opened, take_back_opening
from pglab.proposals.services.readers import grant_reading, revoke_reading
from pglab.proposals.services.reminding import plan_reminders, remind, remind_of_clarification
from pglab.proposals.services.responding import (
    ONLY_REPRESENTATIVES_ANSWER,
    answer_clarification,
    clarification_purpose,
    refuse_late,
)
from pglab.proposals.services.starting import start_proposal
from pglab.proposals.services.submitting import find_unchanged, refuse_if_late, submit_proposal
from pglab.proposals.services.telling import (
    tell_answers,
    tell_readers_of_answer,
    tell_readers_of_withdrawal,
    tell_submitted,
    tell_teams_of_addendum,
    tell_teams_of_cancellation,
    tell_teams_of_outage,
)
from pglab.proposals.services.withdrawing import undo_withdrawal, withdraw_proposal

__all__ = [
    "ONLY_REPRESENTATIVES_ANSWER",
    "Claim",
    "OtherFileError",
    "OtherMarkError",
    "UnseenFileError",
    "acknowledge_addenda",
    "allow_counting",
    "answer_clarification",
    "answer_request",
    "ask_clarification",
    "ask_opening",
    "ask_review",
    "ask_to_submit",
    "attach_file",
    "attach_redacted",
    "check_section",
    "clarification_purpose",
    "confirm_opening",
    "end_requests",
    "file_rule",
    "find_unchanged",
    "follow_verdict",
    "give_more_time",
    "grant_reading",
    "mark_file",
    "move_file",
    "plan_reminders",
    "proposals_opened",
    "redacted_purpose",
    "redacted_rule",
    "refuse_if_late",
    "refuse_late",
    "remind",
    "remind_of_clarification",
    "remove_file",
    "remove_redacted",
    "reuse_file",
    "revoke_reading",
    "save_answers",
    "start_proposal",
    "submit_proposal",
    "take_back_clarification",
    "take_back_opening",
    "tell_answers",
    "tell_readers_of_answer",
    "tell_readers_of_withdrawal",
    "tell_submitted",
    "tell_teams_of_addendum",
    "tell_teams_of_cancellation",
    "tell_teams_of_outage",
    "undo_withdrawal",
    "unmark_file",
    "upload_purpose",
    "withdraw_proposal",
]
