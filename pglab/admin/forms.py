"""Fields of the administration pages."""

from pglab.accounts.models import StaffRole
from pglab.web.forms import (
    ChoiceField,
    EasternDateTimeField,
    FilterForm,
    Form,
    LineField,
    SelectField,
    TickField,
    WholeNumberField,
)

ROLES = [(role, role.spoken.capitalize()) for role in StaffRole]


class PeopleFilter(FilterForm):
    """Which people to list."""

    q = LineField("Name or email", required=False)
    role = SelectField("City role", choices=ROLES, coerce=StaffRole, required=False, nothing="Any")


class EventFilter(FilterForm):
    """Which entries of the log to list."""

    action = SelectField("What happened", required=False, nothing="Anything")
    subject = LineField("About", required=False)


class RoleForm(Form):
    """Which role to give or take."""

    role = ChoiceField("City role", thing="a City role", choices=ROLES, coerce=StaffRole)


class ReasonForm(Form):
    """Why an account is switched off or on."""

    reason = LineField("Reason", thing="the reason", max_length=300)


class AccessForm(ReasonForm):
    """Why an account is switched off or on, and that it is to be although nobody else can submit for a startup."""

    anyway = TickField("Switch it off all the same", required=False)


class ButtonForm(Form):
    """Nothing but a button."""


class MoveClockForm(Form):
    """How far to move the official time."""

    days = WholeNumberField("Days", required=False, minimum=-3660, maximum=3660)
    hours = WholeNumberField("Hours", required=False, minimum=-1000, maximum=1000)


class SetClockForm(Form):
    """Which instant the official time is to show."""

    at = EasternDateTimeField("New official time", thing="the new official time")
    stopped = TickField("Stop the clock there", required=False)
