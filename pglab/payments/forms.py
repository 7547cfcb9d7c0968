"""What is typed about money. Amounts are never typed: they come from the award."""

import re
from typing import Any

from wtforms import ValidationError
from wtforms.widgets import HiddenInput

from pglab.payments.states import Method, RequestStatus, Stage
from pglab.web.forms import AskedField, ChoiceField, DateField, FilterForm, Form, LineField, SelectField, TextField
from pglab.web.forms.form import STALE_PAGE

HASH = re.compile(r"[0-9a-f]{64}")


class SeenField(AskedField):
    """Hidden: the fingerprint of the facts the person was shown."""

    widget = HiddenInput()
    data: str

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.blank = STALE_PAGE

    def read(self, written: str) -> str:
        if not HASH.fullmatch(written):
            raise ValueError(STALE_PAGE)
        return written


class StageField(AskedField):
    """Hidden: whose turn it was on the page the person was shown."""

    widget = HiddenInput()
    data: Stage

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.blank = STALE_PAGE

    def read(self, written: str) -> Stage:
        if written not in {stage.value for stage in Stage}:
            raise ValueError(STALE_PAGE)
        return Stage(written)

    def write(self, answer: Stage | None) -> str:
        """The word that travels in the form."""
        return answer.value if answer else ""


class PrepareForm(Form):
    """The button that sends a request for approval."""


class ConfirmForm(Form):
    """The button with the amount on it."""

    seen = SeenField()
    stage = StageField()


class DecisionForm(ConfirmForm):
    """Approve or return."""

    decision = ChoiceField(
        "What do you decide?",
        choices=[("approve", "Approve"), ("return", "Return")],
        blank="Select whether to approve or return this payment",
    )
    reason = TextField("Why you’re returning it", thing="why you’re returning it", required=False, max_length=500)

    def validate_reason(self, field: TextField) -> None:
        """Whoever prepared it needs to know what to do."""
        if self.decision.data == "return" and not field.data:
            raise ValidationError("Enter why you’re returning it")


class DisbursementForm(Form):
    """How the Controller paid."""

    method = ChoiceField(
        "How it was paid",
        choices=[(Method.ACH, "ACH (bank transfer)"), (Method.CHECK, "Check")],
        coerce=Method,
        thing="how it was paid",
    )
    number = LineField("Check or ACH number", blank="Enter the check or ACH number", max_length=30)
    paid_on = DateField("Payment date", thing="the payment date")

    def validate_number(self, field: LineField) -> None:
        """As the Controller's office writes it: capital letters, digits and hyphens."""
        field.data = field.data.upper()
        if not re.fullmatch(r"[A-Z0-9-]{1,30}", field.data):
            raise ValidationError("The number may have letters, digits and hyphens only")


class VendorForm(Form):
    """What the City's finance system holds about a payee."""

    vendor_number = LineField("Vendor number", thing="the vendor number", max_length=10)
    remit_to = LineField("Remit-to label", thing="the remit-to label", max_length=200)
    w9_on_file_on = DateField("W-9 on file since", thing="the date of the W-9")


class LedgerFilter(FilterForm):
    """Which requests the ledger shows."""

    status = SelectField(
        "Status",
        choices=[(each, each.value.capitalize()) for each in RequestStatus],
        coerce=RequestStatus,
        required=False,
        nothing="All",
    )
    startup = SelectField("Startup", required=False, nothing="All")
