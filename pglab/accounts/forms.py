"""Fields of the account and organization pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.widgets import HiddenInput

from pglab.accounts.models import (
    Certification,
    MemberRole,
    Membership,
    Organization,
    OrganizationVersion,
    Owners,
)
from pglab.accounts.services import OrganizationProfile
from pglab.web.forms import (
    AskedField,
    ChoiceField,
    EmailField,
    Form,
    HttpsUrlField,
    LineField,
    ManyChoiceField,
    SecretField,
    SelectField,
    TickField,
    VersionField,
    as_posted,
    chosen_of,
    show_stored,
    takes_theirs,
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

OWNERS = (
    (Owners.WOMEN, "Women"),
    (Owners.MINORITY, "People of color"),
    (Owners.VETERANS, "Veterans"),
    (Owners.DISABILITY, "People with disabilities"),
    (Owners.LGBTQ, "LGBTQ+ people"),
    (Owners.WORKERS, "The people who work there (a cooperative)"),
)
CERTIFICATIONS = (
    (Certification.MBE, "Minority Business Enterprise (MBE)"),
    (Certification.WBE, "Women’s Business Enterprise (WBE)"),
    (Certification.DBE, "Disadvantaged Business Enterprise (DBE)"),
    (Certification.VBE, "Veteran Business Enterprise (VBE)"),
    (Certification.SDVOSB, "Service-Disabled Veteran-Owned Small Business (SDVOSB)"),
    (Certification.LGBTBE, "LGBT Business Enterprise (LGBTBE)"),
    (Certification.DOBE, "Disability-Owned Business Enterprise (DOBE)"),
    (Certification.HUBZONE, "HUBZone small business"),
    (Certification.BCORP, "Certified B Corporation"),
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
    ownership = ManyChoiceField("Who owns most of the startup", choices=OWNERS, coerce=str, required=False)
    certifications = ManyChoiceField("Certifications you hold", choices=CERTIFICATIONS, coerce=str, required=False)


class EntryForm(OrganizationForm):
    """The entry of a registered startup; the version says which one the page showed."""

    version = VersionField()

    def __init__(self, organization: Organization, posted: MultiDict[str, str]) -> None:
        names = [field.name for field in fields(OrganizationProfile)]
        super().__init__(formdata=chosen_of(names, posted) or None, obj=organization)
        for name in names:
            if takes_theirs(name, posted):
                show_stored(self[name], getattr(organization, name))

    def show_newest(self, organization: Organization, names: Iterable[str]) -> None:
        """Go on from the entry as it stands by now: with what a colleague wrote in these fields."""
        for name in names:
            show_stored(self[name], getattr(organization, name))
        self.version.typed = str(organization.version)


@dataclass(frozen=True)
class EntryClash:
    """A field of an entry that two people changed at once: the two texts, and who saved theirs, when."""

    name: str
    label: str
    posted: list[str]
    mine: str
    saved: str
    chosen_only: bool
    by: OrganizationVersion | None
    long: bool = False


def clash_of(field: AskedField, stored: Any, by: OrganizationVersion | None) -> EntryClash:
    """The two texts of one field, in words."""
    return EntryClash(
        name=field.name,
        label=field.label.text,
        posted=list(field.raw_data or []),
        mine=_in_words(field, field.data),
        saved=_in_words(field, stored),
        chosen_only=isinstance(field, ChoiceField),
        by=by,
    )


def _in_words(field: AskedField, value: Any) -> str:
    if isinstance(field, ManyChoiceField):
        return "\n".join(str(choice[1]) for choice in field.choices if as_posted(choice[0]) in (value or []))
    return field.write(value)


class RegistrationForm(OrganizationForm):
    """A startup that is not registered yet, although another one has the same website."""

    anyway = TickField("Mine is another startup. Register it anyway", required=False)


class SameStartupForm(Form):
    """What somebody typed who found their startup registered already."""

    legal_name = LineField("Legal name", required=False)
    website = LineField("Website", max_length=300, required=False)


class JoinAnswerForm(Form):
    """Yes, with a role, or no to somebody who asks to join."""

    reply = ChoiceField(
        "Your answer",
        thing="your answer",
        choices=[
            *((role.value, f"Add as {label.lower()}", hint) for role, label, hint in MEMBER_ROLES),
            ("no", "Say no", "They see nothing of your startup, and we tell them"),
        ],
    )


class MemberForm(Form):
    """Whom to invite to a team, and as what."""

    email = EmailField("Their email", thing="their email address")
    role = ChoiceField("What they may do", thing="what they may do", choices=MEMBER_ROLES, coerce=MemberRole)


class MemberRoleForm(Form):
    """What a member may do."""

    role = ChoiceField("What they may do", thing="what they may do", choices=MEMBER_ROLES, coerce=MemberRole)


class HandOverForm(Form):
    """Who represents the startup from now on, and what becomes of the one who does now."""

    person = ChoiceField("Who represents the startup from now on", thing="a colleague", choices=[])
    then = ChoiceField(
        "What you do then",
        thing="what you do then",
        choices=[("stay", "Stay on the team as an editor"), ("leave", "Leave the team")],
    )

    def __init__(self, colleagues: list[Membership]) -> None:
        self.offered: list[tuple[Any, str] | tuple[Any, str, str]] = [
            (str(each.user_id), f"{each.user.name}, {each.role.value}") for each in colleagues
        ]
        super().__init__()

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Know who is on the team before reading who was chosen."""
        self.person.choices = self.offered
        super().process(*args, **kwargs)
