"""What is typed in the pilot workspace."""

import re

from wtforms import ValidationError

from pglab.pilots.states import Verdict
from pglab.web.forms import (
    ChoiceField,
    DateField,
    EmailField,
    Form,
    LineField,
    TextField,
    UploadField,
    VersionField,
)

CONTRACT_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{0,39}")


class StartPilotForm(Form):
    """Who hosts the pilot, what it is called, and its first and last day."""

    champion = EmailField("Champion’s email address", thing="the champion’s email address")
    title = LineField("Title of the pilot", thing="a title", max_length=200)
    starts_on = DateField("First day", thing="the first day")
    ends_on = DateField("Last day", thing="the last day")


class ExecutionForm(Form):
    """The number and date of the signed contract."""

    contract_number = LineField("Contract number", thing="the contract number", max_length=40)
    executed_on = DateField("Date the Controller countersigned", thing="the date the Controller countersigned")

    def validate_contract_number(self, field: LineField) -> None:
        """As the City numbers contracts: letters, digits, spaces, dots, slashes and hyphens."""
        field.data = field.data.upper()
        if not CONTRACT_NUMBER.fullmatch(field.data):
            raise ValidationError("The contract number may have letters, digits, spaces, dots, slashes and hyphens")


class DeliverableForm(Form):
    """What the startup hands in for a milestone."""

    note = TextField("What you did, and where to look", thing="what you did", max_length=4000)
    file = UploadField("File", thing="a file")


class VerdictForm(Form):
    """The champion's answer to one version."""

    version = VersionField()
    verdict = ChoiceField(
        "Is the milestone done?",
        choices=[
            (Verdict.ACCEPTED, "Accept", "Everything under “What counts as done” is shown by what was handed in."),
            (Verdict.CHANGES_REQUESTED, "Ask for changes", "Say what must change. The startup hands in a new version."),
        ],
        coerce=Verdict,
        blank="Select whether to accept or ask for changes",
    )
    what = TextField("What must change", thing="what needs to change", required=False, max_length=4000)

    def validate_what(self, field: TextField) -> None:
        """Changes are asked for in words."""
        if self.verdict.data is Verdict.CHANGES_REQUESTED and not field.data:
            raise ValidationError("Enter what needs to change")


class AcceptForm(Form):
    """The button on the page that says what acceptance does."""

    version = VersionField()
