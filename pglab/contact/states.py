"""What a message is about, and whether somebody still owes an answer."""

from enum import StrEnum

from pglab.core.states import Workflow


class Topic(StrEnum):
    """What a message is about; `spoken` is how the form says it."""

    APPLYING = "applying"
    PILOT = "pilot"
    ACCOUNT = "account"
    BARRIER = "barrier"
    RECORDS = "records"
    PAGE = "page"
    OTHER = "other"

    @property
    def spoken(self) -> str:
        """The topic as a choice on the form."""
        return {
            "applying": "Applying to PGH Lab",
            "pilot": "A pilot or a payment",
            "account": "My account",
            "barrier": "Something I can’t use because of a disability",
            "records": "Public records",
            "page": "Something is wrong with a page",
            "other": "Something else",
        }[self.value]


class MessageState(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class MessageEvent(StrEnum):
    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"


MESSAGE_WORKFLOW = Workflow(
    "message",
    {
        (MessageState.WAITING, MessageEvent.ANSWER): MessageState.ANSWERED,
        (MessageState.ANSWERED, MessageEvent.ANSWER): MessageState.ANSWERED,
        (MessageState.WAITING, MessageEvent.CLOSE): MessageState.CLOSED,
        (MessageState.CLOSED, MessageEvent.REOPEN): MessageState.WAITING,
    },
    attribute="state",
)
