"""The stored states of a proposal: whether a submission stands. Everything else is computed."""

from enum import StrEnum

from pglab.core.states import Workflow


class ProposalStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"


class ProposalEvent(StrEnum):
    SUBMIT = "submit"


PROPOSAL_WORKFLOW = Workflow(
    "proposal",
    {
        (ProposalStatus.DRAFT, ProposalEvent.SUBMIT): ProposalStatus.SUBMITTED,
        (ProposalStatus.SUBMITTED, ProposalEvent.SUBMIT): ProposalStatus.SUBMITTED,
    },
)
