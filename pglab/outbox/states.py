"""How far a mail got."""

from enum import StrEnum

from pglab.core.states import Workflow


class EmailState(StrEnum):
    """`kept` is for development without a mail server; `refused` is the server's last word, `failed` ours."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    KEPT = "kept"


class EmailEvent(StrEnum):
    """What can happen to a mail that waits."""

    SEND = "send"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    KEEP = "keep"


EMAIL_WORKFLOW = Workflow(
    "mail",
    {
        (EmailState.QUEUED, EmailEvent.SEND): EmailState.SENT,
        (EmailState.QUEUED, EmailEvent.REFUSE): EmailState.REFUSED,
        (EmailState.QUEUED, EmailEvent.GIVE_UP): EmailState.FAILED,
        (EmailState.QUEUED, EmailEvent.KEEP): EmailState.KEPT,
    },
    attribute="state",
)
