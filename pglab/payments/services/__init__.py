"""What happens to money: vendor details, requests with their approvals, payments, and the bookings of each."""

from pglab.payments.services.approvals import approve_request, recall_request, return_request
from pglab.payments.services.books import promise_stipend
from pglab.payments.services.disbursements import record_payment
from pglab.payments.services.requests import prepare_request
from pglab.payments.services.vendors import confirm_vendor, enter_vendor

__all__ = [
    "approve_request",
    "confirm_vendor",
    "enter_vendor",
    "prepare_request",
    "promise_stipend",
    "recall_request",
    "record_payment",
    "return_request",
]
