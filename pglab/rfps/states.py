"""The stored states of an RFP and the computed phases it goes through."""

from enum import StrEnum

from pglab.core.states import Workflow


class RfpStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class RfpEvent(StrEnum):
    SEND_FOR_REVIEW = "send_for_review"
    RETURN = "return"
    PUBLISH = "publish"
    CANCEL = "cancel"


RFP_WORKFLOW = Workflow(
    "RFP",
    {
        (RfpStatus.DRAFT, RfpEvent.SEND_FOR_REVIEW): RfpStatus.IN_REVIEW,
        (RfpStatus.IN_REVIEW, RfpEvent.RETURN): RfpStatus.DRAFT,
        (RfpStatus.IN_REVIEW, RfpEvent.PUBLISH): RfpStatus.PUBLISHED,
        (RfpStatus.PUBLISHED, RfpEvent.CANCEL): RfpStatus.CANCELLED,
    },
)


class Phase(StrEnum):
    """Where a published RFP stands, computed from timestamps; nobody presses “close”."""

    PREPARING = "preparing"
    UPCOMING = "upcoming"
    OPEN_FOR_QUESTIONS = "open_for_questions"
    OPEN = "open"
    CLOSED_SEALED = "closed_sealed"
    SCORING = "scoring"
    PANEL = "panel"
    DECIDED = "decided"
    PILOTING = "piloting"
    COMPLETE = "complete"
    CANCELLED = "cancelled"

    @property
    def accepts_proposals(self) -> bool:
        return self in (Phase.OPEN_FOR_QUESTIONS, Phase.OPEN)
