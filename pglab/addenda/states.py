"""The stored states of an addendum, and what it may be about."""

from enum import StrEnum

from pglab.core.states import Workflow


class AddendumKind(StrEnum):
    """Whether an addendum changes words of the RFP, or moves its deadline."""

    CONTENT = "content"
    DEADLINE = "deadline"


class AddendumStatus(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class AddendumEvent(StrEnum):
    ASK = "ask"
    RETURN = "return"
    ISSUE = "issue"
    WITHDRAW = "withdraw"


ADDENDUM_WORKFLOW = Workflow(
    "addendum",
    {
        (AddendumStatus.DRAFT, AddendumEvent.ASK): AddendumStatus.WAITING,
        (AddendumStatus.DRAFT, AddendumEvent.WITHDRAW): AddendumStatus.WITHDRAWN,
        (AddendumStatus.WAITING, AddendumEvent.RETURN): AddendumStatus.DRAFT,
        (AddendumStatus.WAITING, AddendumEvent.ISSUE): AddendumStatus.ISSUED,
        (AddendumStatus.WAITING, AddendumEvent.WITHDRAW): AddendumStatus.WITHDRAWN,
    },
)
