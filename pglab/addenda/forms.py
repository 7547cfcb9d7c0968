"""Forms of addenda, extensions and cancellations."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from wtforms import Field

from pglab.addenda.models import TITLE_LENGTH
from pglab.addenda.queries import EditableField
from pglab.outages.models import Outage
from pglab.web.filters import et_short
from pglab.web.forms import (
    DateField,
    EasternDateTimeField,
    Form,
    LineField,
    SelectField,
    TextField,
    TickField,
    VersionField,
    WholeNumberField,
    YesNoField,
)


class WordsForm(Form):
    """What an addendum says of itself."""

    version = VersionField()
    title = LineField("Title", max_length=TITLE_LENGTH, description="What changes, in a few words.")
    summary = TextField(
        "Summary", max_length=3000, description="Plain words for startups: what changes and what they do now."
    )
    reason = TextField(
        "Why it changes",
        required=False,
        max_length=2000,
        description="Needed less than 3 business days before the deadline. Everyone reads it.",
    )
    needs_acknowledgement = YesNoField(
        "Must startups say that they have read it?",
        description="Yes opens this task in every draft and submission. No draft can be submitted without it.",
    )


class StepForm(Form):
    """A button on a draft: it carries the version its page showed."""

    version = VersionField()


class IssueForm(StepForm):
    """The second person's confirmation, of this addendum over this version of the RFP."""

    rfp_version = VersionField()
    checked = TickField("I checked each change on this page", blank="Select that you checked each change")


class ReturnForm(Form):
    """What has to change before an addendum is issued."""

    reason = TextField("What has to change?", thing="what has to change", max_length=2000)


class ExtensionForm(Form):
    """A later deadline for everyone."""

    closes_at = EasternDateTimeField(
        "New deadline",
        thing="the new deadline",
        blank="Enter the new deadline",
        description="Eastern time. Later than the present one.",
    )
    reason = TextField(
        "Why the deadline moves", thing="why the deadline moves", max_length=2000, description="Everyone reads it."
    )


def extension_form(outages: Iterable[Outage]) -> ExtensionForm:
    """The form, with the outages of the log that an extension may make up for."""
    logged = {str(outage.id): outage for outage in outages}
    choices = [
        (key, f"{et_short(outage.started_at)} to {et_short(outage.ended_at)}", outage.summary)
        for key, outage in logged.items()
    ]
    outage = SelectField(
        "Outage it makes up for",
        required=False,
        nothing="No outage",
        choices=choices,
        coerce=logged.get,
        description="From the log of outages. The new deadline then makes up for at least the whole outage.",
    )
    form: ExtensionForm = type("ExtensionForm", (ExtensionForm,), {"outage": outage})()
    return form


def offered_extension(named: str, *, outages: Sequence[Outage], closes_at: datetime, now: datetime) -> ExtensionForm:
    """The form as the notice of an outage offers it: the time that was lost, counted from the deadline or from now, up
    to the next full hour, and why. Without a known outage it is empty."""
    form = extension_form(outages)
    outage = next((each for each in outages if str(each.id) == named), None)
    if outage is not None and outage.ended_at is not None:
        later = max(closes_at, now) + (outage.ended_at - outage.started_at)
        full_hour = later.replace(minute=0, second=0, microsecond=0)
        form.process(
            data={
                "closes_at": full_hour if full_hour == later else full_hour + timedelta(hours=1),
                "reason": f"{outage.summary} From {et_short(outage.started_at)} to {et_short(outage.ended_at)}.",
                "outage": str(outage.id),
            }
        )
    return form


class ConfirmExtensionForm(StepForm):
    """The second person's confirmation of a later deadline."""

    rfp_version = VersionField()
    checked = TickField(
        "I checked the new deadline and its weekday", blank="Select that you checked the new deadline and its weekday"
    )


class CancellationForm(Form):
    """Why a call is cancelled."""

    reason = TextField(
        "Why the call is cancelled",
        thing="why the call is cancelled",
        max_length=2000,
        description="Everyone reads it.",
    )


class ConfirmCancellationForm(StepForm):
    """The second person's confirmation of a cancellation, of the request that the page showed."""

    checked = TickField("Cancel this call for good", blank="Select that the call is cancelled for good")


def change_form(field: EditableField, value: object) -> Form:
    """The form of one changed field: its present words, to be edited."""
    made: type[Form] = type("ChangeForm", (Form,), {"version": VersionField(), "value": _control(field)})
    form: Form = made(data={"value": value})
    return form


def _control(field: EditableField) -> Field:
    if field.kind == "moment":
        return EasternDateTimeField(label="New date and time", thing="the new date", description="Eastern time.")
    if field.kind == "day":
        return DateField(label="New date", thing="the new date")
    if field.kind == "number":
        smallest, largest = field.bound
        return WholeNumberField(label="New number", thing="the new number", minimum=smallest, maximum=largest)
    control = TextField if field.kind == "text" else LineField
    return control(label="It will say", thing="the new text", required=not field.may_be_empty, max_length=field.bound)
