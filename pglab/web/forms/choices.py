"""Fields for choices. Each choice is `(value, label)` or `(value, label, hint)`; values may be members of an Enum."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple

from wtforms.widgets import CheckboxInput, ListWidget, Select

from pglab.web.forms.form import AskedField

Choice = tuple[Any, str] | tuple[Any, str, str]


class Option(NamedTuple):
    """A choice as it is drawn."""

    id: str
    value: str
    label: str
    hint: str
    selected: bool


def as_posted(value: Any) -> str:
    """A value as it travels in a form."""
    return str(value.value) if isinstance(value, Enum) else str(value)


class ChoiceField(AskedField):
    """One of a few choices, drawn as radio buttons. `coerce` makes the posted text the value the services want."""

    widget: Any = ListWidget()
    kind = "radios"
    verb = "Select"

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        choices: Iterable[Choice] = (),
        coerce: Callable[[str], Any] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.choices: list[Choice] = list(choices)
        self.coerce = coerce

    def options(self) -> list[Option]:
        """The choices in order, with the chosen ones marked."""
        chosen = self.chosen()
        return [
            Option(f"{self.id}-{place}", value, choice[1], "".join(choice[2:]), value in chosen)
            for place, (value, choice) in enumerate((as_posted(choice[0]), choice) for choice in self.choices)
        ]

    def chosen(self) -> set[str]:
        """The posted form of what is chosen."""
        return set() if self.data is None else {as_posted(self.data)}

    def read(self, written: str) -> Any:
        if written not in {as_posted(choice[0]) for choice in self.choices}:
            raise ValueError(self.blank)
        return self.coerce(written)

    @property
    def focus_id(self) -> str:
        """A problem leads to the first choice."""
        return f"{self.id}-0"


class SelectField(ChoiceField):
    """One of many choices, drawn as a drop-down list that starts without a choice."""

    widget = Select()
    kind = "select"

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, *, nothing: str = "Select", **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.nothing = nothing

    @property
    def focus_id(self) -> str:
        """A problem leads to the list."""
        return str(self.id)


class YesNoField(ChoiceField):
    """Yes or no, with no answer as a third state until one is given."""

    data: bool | None

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        yes: str = "Yes",
        no: str = "No",
        **kwargs: Any,
    ) -> None:
        kwargs = {"blank": "Select yes or no", **kwargs}
        super().__init__(label, validators, choices=[("yes", yes), ("no", no)], coerce="yes".__eq__, **kwargs)

    def chosen(self) -> set[str]:
        """The posted form of what is chosen."""
        return set() if self.data is None else {"yes" if self.data else "no"}


class ManyChoiceField(ChoiceField):
    """Any number of choices, drawn as checkboxes; at least one when required."""

    kind = "checkboxes"
    data: list[Any]

    @property
    def empty(self) -> list[Any]:
        """Nothing chosen."""
        return []

    def process_data(self, value: Any) -> None:
        """Stored choices, as a list of their own."""
        self.data = list(value or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Every ticked choice, once; a value that is not offered refuses the whole answer."""
        self.data = []
        offered = {as_posted(choice[0]) for choice in self.choices}
        written = list(dict.fromkeys(str(value) for value in valuelist if value != ""))
        if any(value not in offered for value in written):
            raise ValueError(self.blank)
        self.data = [self.coerce(value) for value in written]

    def chosen(self) -> set[str]:
        """The posted form of what is chosen."""
        return {as_posted(value) for value in self.data or []}


class TickField(AskedField):
    """One statement to tick; required means it has to be ticked."""

    widget = CheckboxInput()
    kind = "tick"
    verb = "Select that"
    empty = False
    data: bool

    def process_data(self, value: Any) -> None:
        """Not known is not ticked."""
        self.data = bool(value)

    def read(self, written: str) -> bool:
        return written.lower() not in ("false", "0", "no", "off")

    def _value(self) -> str:
        """What the control sends when ticked."""
        return "yes"
