"""The stored states of a proposal (whether a submission stands) and of a clarification. All else is computed."""

from enum import IntEnum, StrEnum

from pglab.core.states import Workflow


class ProposalStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class ProposalEvent(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    UNDO_WITHDRAWAL = "undo_withdrawal"


PROPOSAL_WORKFLOW = Workflow(
    "proposal",
    {
        (ProposalStatus.DRAFT, ProposalEvent.SUBMIT): ProposalStatus.SUBMITTED,
        (ProposalStatus.SUBMITTED, ProposalEvent.SUBMIT): ProposalStatus.SUBMITTED,
        (ProposalStatus.SUBMITTED, ProposalEvent.WITHDRAW): ProposalStatus.WITHDRAWN,
        (ProposalStatus.WITHDRAWN, ProposalEvent.UNDO_WITHDRAWAL): ProposalStatus.SUBMITTED,
        (ProposalStatus.WITHDRAWN, ProposalEvent.SUBMIT): ProposalStatus.SUBMITTED,
    },
)


class WithdrawalKind(StrEnum):
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


class WithdrawalEffect(IntEnum):
    """What a withdrawal does, by when it comes: it can be undone, it is final, or the proposal stays published."""

    UNDOABLE = 1
    FINAL = 2
    PUBLISHED = 3


class ClarificationStatus(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"


class ClarificationEvent(StrEnum):
    GIVE_MORE_TIME = "give_more_time"
    ANSWER = "answer"
    TAKE_BACK = "take_back"


CLARIFICATION_WORKFLOW = Workflow(
    "clarification",
    {
        (ClarificationStatus.ASKED, ClarificationEvent.GIVE_MORE_TIME): ClarificationStatus.ASKED,
        (ClarificationStatus.ASKED, ClarificationEvent.ANSWER): ClarificationStatus.ANSWERED,
        (ClarificationStatus.ASKED, ClarificationEvent.TAKE_BACK): ClarificationStatus.TAKEN_BACK,
    },
)
