"""Fields of the account and organization pages."""

import re
from typing import Any

from wtforms.widgets import HiddenInput

from pglab.accounts.models import MemberRole
from pglab.web.forms import (
    AskedField,
    ChoiceField,
    EmailField,
    Form,
    HttpsUrlField,
    LineField,
    SecretField,
    SelectField,
)
from pglab.web.forms import WholeNumberField as NumberField

STATES = (
    "Pennsylvania", "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "District of Columbia", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri",
    "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina",
    "North Dakota", "Ohio", "Oklahoma", "Oregon", "Puerto Rico", "Rhode Island", "South Carolina", "South Dakota",
    "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
    "Outside the United States",
)  # fmt: skip  # one state a line would fill the page

MEMBER_ROLES = (
    (MemberRole.REPRESENTATIVE, "Representative", "Edits, submits, accepts and signs for the startup"),
    (MemberRole.EDITOR, "Editor", "Writes proposals and uploads documents"),
    (MemberRole.VIEWER, "Viewer", "Reads, and changes nothing"),
)

LONGEST_ANSWER = 20_000
NEW_PASSWORD = {"autocomplete": "new-password"}
LENGTH_HINT = "At least 15 characters. Any characters, spaces too. Pasting from a password manager works."


class CodeField(LineField):
    """Six digits from an app, or `on_paper` a recovery code; spaces between them are fine."""

    def __init__(self, label: str, *, on_paper: bool = False, **kwargs: Any) -> None:
        super().__init__(
            label,
            thing="a code" if on_paper else "the six-digit code",
            max_length=40,
            render_kw={"autocomplete": "one-time-code", **({} if on_paper else {"inputmode": "numeric"})},
            **kwargs,
        )

    def _value(self) -> str:
        """A code is never shown again."""
        return ""


class YearField(NumberField):
    """A year in four digits."""

    def read(self, written: str) -> int:
        if not re.fullmatch(r"(1[89]|20)[0-9]{2}", written.strip()):
            raise ValueError("Enter a year with four digits, like 2021")
        return int(written)


class PostalCodeField(LineField):
    """A ZIP code, or the postal code of another country."""

    def read(self, written: str) -> str:
        code = super().read(written).upper()
        if not re.fullmatch(r"[0-9A-Z][0-9A-Z -]{2,9}", code):
            raise ValueError("Enter a ZIP code, like 15222")
        return code


class CountyField(LineField):
    """The name of a county, kept without the word County."""

    def read(self, written: str) -> str:
        return re.sub(r"\s+county$", "", super().read(written), flags=re.IGNORECASE)


class DeviceAnswerField(AskedField):
    """Hidden: what a device answered when it was asked to make or use a passkey; the page's script fills it in."""

    widget = HiddenInput()

    def read(self, written: str) -> str:
        if len(written) > LONGEST_ANSWER:
            raise ValueError("Your device sent more than a passkey does. Try again.")
        return written

    def _value(self) -> str:
        """An answer is good once."""
        return ""


class PasskeyForm(Form):
    """A device's answer, to sign in."""

    device_answer = DeviceAnswerField(blank="Your browser didn’t offer a passkey. Try again, or use your password.")


class NewPasskeyForm(Form):
    """A device's answer, and a name to know it by."""

    name = LineField("Name of the passkey", thing="a name for the passkey", max_length=60)
    device_answer = DeviceAnswerField(blank="Your browser didn’t make a passkey. It needs JavaScript.")


class SignInForm(Form):
    """Email and password."""

    email = EmailField("Email", thing="your email address", render_kw={"autocomplete": "username"})
    password = SecretField("Password", thing="your password")


class CodeForm(Form):
    """A code that shows that an app is set up."""

    code = CodeField("Code")


class SecondStepForm(Form):
    """The second step at sign-in: from the app, or from paper."""

    code = CodeField("Code", on_paper=True)


class SignUpForm(Form):
    """A new account."""

    name = LineField("Your name", thing="your name", max_length=200, render_kw={"autocomplete": "name"})
    email = EmailField("Email", thing="your email address")
    password = SecretField("Password", thing="a password", description=LENGTH_HINT, render_kw=NEW_PASSWORD)


class EmailForm(Form):
    """Where a link goes."""

    email = EmailField("Email", thing="your email address")


class NewPasswordForm(Form):
    """A new password, by a link."""

    password = SecretField("New password", thing="a new password", description=LENGTH_HINT, render_kw=NEW_PASSWORD)


class ChangePasswordForm(Form):
    """A new password for somebody who knows the present one."""

    current = SecretField("Present password", thing="your present password")
    new = SecretField("New password", thing="a new password", description=LENGTH_HINT, render_kw=NEW_PASSWORD)


class VerifyForm(Form):
    """The password once more."""

    password = SecretField("Password", thing="your password")


class NewEmailForm(Form):
    """Another address for the account."""

    email = EmailField("New email", thing="your new email address")


class AnswerForm(Form):
    """Yes or no to an invitation."""

    reply = ChoiceField(
        "Your answer", thing="your answer", choices=[("accept", "Join the team"), ("decline", "Say no")]
    )


class NameForm(Form):
    """How a person is called."""

    name = LineField("Your name", thing="your name", max_length=200, render_kw={"autocomplete": "name"})


class ButtonForm(Form):
    """Nothing but a button."""


class OrganizationForm(Form):
    """What a startup says about itself."""

    legal_name = LineField("Legal name", thing="the legal name", render_kw={"autocomplete": "organization"})
    registration_state = SelectField(
        "State of registration", thing="the state of registration", choices=[(state, state) for state in STATES]
    )
    registration_number = LineField("Registration number", max_length=40, required=False)
    street = LineField("Street address", thing="the street address", render_kw={"autocomplete": "street-address"})
    city = LineField("City", thing="the city", max_length=100, render_kw={"autocomplete": "address-level2"})
    postal_code = PostalCodeField(
        "ZIP code", thing="the ZIP code", max_length=10, render_kw={"autocomplete": "postal-code"}
    )
    county = CountyField("County", thing="the county", max_length=100)
    founded_year = YearField("Year founded", thing="the year founded", required=False)
    people = NumberField("Number of people", minimum=1, maximum=100_000, required=False)
    website = HttpsUrlField("Website", max_length=300, required=False)


class MemberForm(Form):
    """Whom to invite to a team, and as what."""

    email = EmailField("Their email", thing="their email address")
    role = ChoiceField("What they may do", thing="what they may do", choices=MEMBER_ROLES, coerce=MemberRole)


class MemberRoleForm(Form):
    """What a member may do."""

    role = ChoiceField("What they may do", thing="what they may do", choices=MEMBER_ROLES, coerce=MemberRole)
