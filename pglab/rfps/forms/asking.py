"""Forms of the form builder: one section, one question."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from wtforms import Field

from pglab.core.text import normalize_line
from pglab.rfps.forms.call import EditForm
from pglab.rfps.models import Criterion, FormQuestion, QuestionKind
from pglab.web.forms import LineField, SelectField, TextField, TickField, WholeNumberField

KIND_WORDS = {
    QuestionKind.SHORT_TEXT: "One line",
    QuestionKind.LONG_TEXT: "Long text with a word limit",
    QuestionKind.CHOICE: "One of several options",
    QuestionKind.MULTI_CHOICE: "Any of several options",
    QuestionKind.YES_NO: "Yes or no",
    QuestionKind.NUMBER: "A number",
    QuestionKind.MONEY: "An amount of dollars",
    QuestionKind.DATE: "A date",
    QuestionKind.URL: "A web address",
}
LONGEST_OPTION = 200
MOST_OPTIONS = 30
Condition = tuple[UUID | None, str]
# How the condition is posted that a question has and that no longer holds.
LOST = "lost"


class OptionsField(TextField):
    """Options, one on each line; blank lines do not count."""

    def read(self, written: str) -> Any:
        lines = [normalize_line(line) for line in super().read(written).split("\n")]
        options = [line for line in lines if line]
        if len(options) > MOST_OPTIONS or any(len(option) > LONGEST_OPTION for option in options):
            raise ValueError(
                f"There can be {MOST_OPTIONS} options at most, each of {LONGEST_OPTION} characters or fewer"
            )
        return options

    def write(self, answer: Any) -> str:
        """One on each line."""
        return "\n".join(answer or [])


class QuestionForm(EditForm):
    """One question; `question_form` adds the answers it can depend on."""

    label = LineField("Question", thing="the question", max_length=300)
    hint = LineField("Hint", required=False, max_length=500)
    kind = SelectField(
        "How it is answered", thing="how it is answered", choices=list(KIND_WORDS.items()), coerce=QuestionKind
    )
    word_limit = WholeNumberField(
        "Word limit",
        thing="the word limit",
        minimum=10,
        maximum=2000,
        required=False,
        description="For long text.",
    )
    options = OptionsField("Options", required=False, description="One on each line, for questions with options.")
    required = TickField("A proposal can’t be submitted without an answer", required=False)
    name = LineField(
        "What messages call the answer",
        required=False,
        max_length=120,
        description="“Enter …”, such as “what your company does”. Leave it blank to use the question.",
    )


class ConditionField(SelectField):
    """The answer on which a question depends: posted as question and place, kept as question and answer.

    `lost` is the condition a question has and that no longer holds: it stays chosen, and is refused on saving, so that
    nobody asks everyone by opening the page and pressing Save.
    """

    def __init__(
        self,
        label: str | None = None,
        *,
        others: Iterable[FormQuestion],
        lost: tuple[FormQuestion, str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.offered: dict[str, tuple[FormQuestion, str]] = {
            f"{other.id}|{place}": (other, answer)
            for other in others
            for place, answer in enumerate(other.answers, start=1)
        }
        choices = [(key, f"“{other.label}” is {answer}") for key, (other, answer) in self.offered.items()]
        if lost is not None and lost not in self.offered.values():
            self.offered[LOST] = lost
            choices.append((LOST, f"“{lost[0].label}” is {lost[1]} (no longer an answer)"))
        settings: dict[str, Any] = {"choices": choices, "required": False, "nothing": "Always ask it"}
        super().__init__(label or "Ask it only if", thing="an answer of another question", **{**kwargs, **settings})

    def read(self, written: str) -> Condition:
        other, answer = self.offered[super().read(written)]
        return other.id, answer

    def chosen(self) -> set[str]:
        """The posted form of what is chosen."""
        return {key for key, (other, answer) in self.offered.items() if (other.id, answer) == self.data}


def question_form(others: Iterable[FormQuestion], lost: tuple[FormQuestion, str] | None = None) -> type[QuestionForm]:
    """The form of a question, with every answer of another question that can make it appear, and the one it has."""
    return type("QuestionForm", (QuestionForm,), {"show_if": ConditionField(others=list(others), lost=lost)})


def section_form(groups: Iterable[str], criteria: Iterable[Criterion]) -> type[EditForm]:
    """The form of a section: its title, its group (the earlier ones are named as a hint), the criterion it informs."""
    known = ", ".join(f"“{group}”" for group in dict.fromkeys(groups))
    fields: dict[str, Field] = {
        "title": LineField("Title", thing="the title", max_length=120),
        "group": LineField(
            "Group",
            thing="the group",
            max_length=120,
            description=f"Sections of one group stand together. So far: {known}." if known else "",
        ),
        "criterion_id": SelectField(
            "Criterion it informs",
            thing="the criterion it informs",
            choices=[(str(each.id), each.title) for each in criteria],
            coerce=UUID,
            required=False,
            nothing="No criterion: it is not scored",
        ),
    }
    return type("SectionForm", (EditForm,), fields)
