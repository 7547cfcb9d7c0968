"""The stored approval states of a payment request; paid or not is told by its disbursement."""

from enum import StrEnum

from pglab.core.states import Workflow


class RequestStatus(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    RECALLED = "recalled"
    PAID = "paid"


class RequestEvent(StrEnum):
    APPROVE_FULLY = "approve_fully"
    RETURN = "return"
    RECALL = "recall"
    RECORD_PAYMENT = "record_payment"


REQUEST_WORKFLOW = Workflow(
    "payment request",
    {
        (RequestStatus.WAITING, RequestEvent.APPROVE_FULLY): RequestStatus.APPROVED,
        (RequestStatus.WAITING, RequestEvent.RETURN): RequestStatus.RETURNED,
        (RequestStatus.WAITING, RequestEvent.RECALL): RequestStatus.RECALLED,
        (RequestStatus.APPROVED, RequestEvent.RETURN): RequestStatus.RETURNED,
        (RequestStatus.APPROVED, RequestEvent.RECORD_PAYMENT): RequestStatus.PAID,
    },
)


class Stage(StrEnum):
    """Which of the two approvals: the program's comes first, finance's last."""

    PROGRAM = "program"
    FINANCE = "finance"


class Method(StrEnum):
    ACH = "ach"
    CHECK = "check"


class Account(StrEnum):
    """Where a stipend's money stands in the journal."""

    APPROPRIATION = "appropriation"
    ENCUMBRANCE = "encumbrance"
    EXPENDITURE = "expenditure"
    PAID = "paid"
