"""The stored states of a decision."""

from enum import StrEnum

from pglab.core.states import Workflow


class Outcome(StrEnum):
    AWARD = "award"
    RESERVE = "reserve"
    DECLINE = "decline"


class DecisionStatus(StrEnum):
    PENDING = "pending"
    RELEASED = "released"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class DecisionEvent(StrEnum):
    RELEASE = "release"
    ACCEPT = "accept"
    DECLINE = "decline"


DECISION_WORKFLOW = Workflow(
    "decision",
    {
        (DecisionStatus.PENDING, DecisionEvent.RELEASE): DecisionStatus.RELEASED,
        (DecisionStatus.RELEASED, DecisionEvent.ACCEPT): DecisionStatus.ACCEPTED,
        (DecisionStatus.RELEASED, DecisionEvent.DECLINE): DecisionStatus.DECLINED,
    },
)
