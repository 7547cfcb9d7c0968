"""Proposals: one organization's answer to one challenge area, its submissions, and their opening."""

from pglab.proposals.models.clarification import (
    Clarification,
    ClarificationAnswer,
    ClarificationItem,
    ClarificationResponse,
)
from pglab.proposals.models.draft import AddendumAcknowledgement, Answer, Attachment, Proposal
from pglab.proposals.models.marks import ConfidentialityMark, SubmittedMark
from pglab.proposals.models.opening import Opening, OpeningLeaf, ReaderGrant
from pglab.proposals.models.reminding import Reminder, ReminderKind
from pglab.proposals.models.sent import Refusal, Submission, SubmittedDocument
from pglab.proposals.models.teamwork import ReviewRequest, SectionCheck
from pglab.proposals.models.withdrawal import Withdrawal

__all__ = [
    "AddendumAcknowledgement",
    "Answer",
    "Attachment",
    "Clarification",
    "ClarificationAnswer",
    "ClarificationItem",
    "ClarificationResponse",
    "ConfidentialityMark",
    "Opening",
    "OpeningLeaf",
    "Proposal",
    "ReaderGrant",
    "Refusal",
    "Reminder",
    "ReminderKind",
    "ReviewRequest",
    "SectionCheck",
    "Submission",
    "SubmittedDocument",
    "SubmittedMark",
    "Withdrawal",
]
