"""The stored states of agreements and milestones; being late is computed."""

from enum import StrEnum

from pglab.core.states import Workflow


class AgreementStatus(StrEnum):
    DRAFTED = "drafted"
    EXECUTED = "executed"


class AgreementEvent(StrEnum):
    EXECUTE = "execute"


AGREEMENT_WORKFLOW = Workflow(
    "agreement", {(AgreementStatus.DRAFTED, AgreementEvent.EXECUTE): AgreementStatus.EXECUTED}
)


class MilestoneStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    ACCEPTED = "accepted"


class MilestoneEvent(StrEnum):
    START = "start"
    SUBMIT = "submit"
    ASK_FOR_CHANGES = "ask_for_changes"
    ACCEPT = "accept"


MILESTONE_WORKFLOW = Workflow(
    "milestone",
    {
        (MilestoneStatus.NOT_STARTED, MilestoneEvent.START): MilestoneStatus.IN_PROGRESS,
        (MilestoneStatus.NOT_STARTED, MilestoneEvent.SUBMIT): MilestoneStatus.SUBMITTED,
        (MilestoneStatus.IN_PROGRESS, MilestoneEvent.SUBMIT): MilestoneStatus.SUBMITTED,
        (MilestoneStatus.CHANGES_REQUESTED, MilestoneEvent.SUBMIT): MilestoneStatus.SUBMITTED,
        (MilestoneStatus.SUBMITTED, MilestoneEvent.ASK_FOR_CHANGES): MilestoneStatus.CHANGES_REQUESTED,
        (MilestoneStatus.SUBMITTED, MilestoneEvent.ACCEPT): MilestoneStatus.ACCEPTED,
    },
)


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    CHANGES_REQUESTED = "changes_requested"
