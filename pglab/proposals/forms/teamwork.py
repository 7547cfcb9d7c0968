"""The forms by which a team works together: whether a section is done, whom to ask, what to look for in the history."""

from collections.abc import Iterable

from pglab.accounts.models import User
from pglab.proposals.queries import HistoryKind
from pglab.web.forms import ChoiceField, FilterForm, Form, SelectField, TextField, YesNoField

NOTE_HINT = "Your team reads it here. It isn’t in the email."


class SectionCheckForm(Form):
    """Whether a section is completed; it does not matter for submitting."""

    done = YesNoField(
        "Have you completed this section?",
        no="No, I’ll come back later",
        blank="Select whether you’ve completed this section",
    )


class AskSubmitForm(Form):
    """What to tell the representatives."""

    note = TextField("Note", required=False, max_length=1000, thing="the note", description=NOTE_HINT)


def ask_form(people: Iterable[User]) -> Form:
    """Which teammate to ask, by id, and what to tell them."""
    team = {str(person.id): person.name for person in people}
    made: type[Form] = type(
        "AskForm",
        (AskSubmitForm,),
        {
            "of": ChoiceField(
                "Who should review it?",
                choices=list(team.items()),
                blank="Select a teammate",
                default=next(iter(team)) if len(team) == 1 else None,
            )
        },
    )
    return made()


WHAT = {
    HistoryKind.ANSWERS: "Answers",
    HistoryKind.FILES: "Files",
    HistoryKind.TEAM: "Team",
    HistoryKind.SENDING: "Start, addenda, submissions",
}


def history_filter(people: Iterable[tuple[str, str]]) -> FilterForm:
    """Whose changes to list, and of what kind."""
    fields = {
        "who": SelectField("Who", choices=list(people), required=False, nothing="Anybody"),
        "what": SelectField("What", choices=list(WHAT.items()), required=False, nothing="Anything"),
    }
    made: type[FilterForm] = type("HistoryFilterForm", (FilterForm,), fields)
    return made()
