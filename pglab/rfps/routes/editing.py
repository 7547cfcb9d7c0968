"""What each page of the setup edits: its form filled from the draft, its groups, and the service that saves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field

from pglab.accounts.session import me
from pglab.core.canonical import sha256_hex
from pglab.rfps import forms, services
from pglab.rfps.models import Rfp
from pglab.web.forms import Form

OWN_FIELDS = ("version", "base", "csrf_token", "rows")
BLANK_ROW: forms.Row = {"required": ["yes"], "media_types": ["application/pdf"]}


class Group(NamedTuple):
    """Fields drawn together; `place` is the number of the part they belong to, 0 when they are the whole form."""

    heading: str
    fields: list[Field]
    place: int = 0


class Total(NamedTuple):
    """Numbers of a page that must come to a fixed sum: how their fields begin, and the sum in hundredths."""

    prefix: str
    hundredths: int
    is_money: bool = False


@dataclass(frozen=True)
class EditPage:
    """One page of the setup."""

    title: str
    lede: str
    form: type[Form]
    stored: dict[str, Any]
    save: Callable[[Form, int], None]
    noun: str = ""
    offers: Sequence[Mapping[str, Any]] = ()
    total: Total | None = None
    asked_later: Sequence[str] = ()  # may be blank in a draft, and must not be when the call is published
    done: str = ""  # what is said after saving, where it is more than that the changes are kept

    @cached_property
    def base(self) -> str:
        """What the page's own part is now, short enough to travel along."""
        return sha256_hex(repr(sorted(self.stored.items())).encode())

    def seen(self, rfp: Rfp) -> dict[str, Any]:
        """What the form carries of the draft it was made from."""
        return {"version": rfp.version, "base": self.base}

    def version_for(self, form: Form, rfp: Rfp) -> int:
        """The version to save on: the present one also when others changed other parts since the page was opened."""
        version: int = form["version"].data
        return rfp.version if form["base"].data == self.base else version

    def make(self, rfp: Rfp, **kwargs: Any) -> Form:
        """The form: what was posted, or what is stored."""
        return self.form(data={**self.stored, **self.seen(rfp)}, **kwargs)

    def groups(self, form: Form) -> list[Group]:
        """The fields as they are drawn."""
        return [Group("", [field for field in form if field.name not in OWN_FIELDS])]

    def rearranged(self, _rfp: Rfp) -> Form | None:
        """The form with its parts in another order, when that was asked for; a page without parts never."""
        return None


@dataclass(frozen=True)
class ListPage(EditPage):
    """A page of any number of parts of one kind: `noun` says which. Moving, adding and removing saves nothing yet."""

    fields: Callable[[int], forms.Fields] = field(default=lambda _place: {})
    rows: Sequence[Mapping[str, Any]] = ()

    def make(self, rfp: Rfp, **kwargs: Any) -> Form:
        """The form with as many parts as the page had that was posted, or as are stored."""
        count = posted_count(len(self.rows)) if "formdata" not in kwargs else len(self.rows)
        made = forms.numbered(count, self.fields)
        form = made(data={**forms.fill_numbered(self.rows), **self.seen(rfp)}, **kwargs)
        form["rows"].typed = str(count)
        return form

    def groups(self, form: Form) -> list[Group]:
        """Each part under its own heading, with the fields that are seen."""
        places = range(1, part_count(form) + 1)
        return [Group(f"{self.noun.capitalize()} {place}", fields_of(form, place), place) for place in places]

    def rearranged(self, rfp: Rfp) -> Form | None:
        """What was typed with a part moved, added or taken out, as the button that was pressed says."""
        step, _, which = request.form.get("do", "").partition("-")
        rows = forms.typed_rows(request.form, posted_count(len(self.rows)))
        if step == "add" and len(rows) < services.MOST_PARTS:
            rows.append(dict(BLANK_ROW))
        elif step == "offer" and len(rows) < services.MOST_PARTS:
            rows += [offered_row(each) for each in self.offers if each["key"] == which]
        elif step in ("up", "down", "out") and which.isdecimal():
            rows = forms.rearrange(rows, step, int(which))
        else:
            return None
        return self.from_rows(rows, rfp)

    def from_rows(self, rows: Sequence[forms.Row], rfp: Rfp) -> Form:
        """The form of these parts as they were typed."""
        made = forms.numbered(len(rows), self.fields)
        typed: MultiDict[str, str] = forms.retyped(request.form, rows)
        return made(formdata=typed, data=self.seen(rfp))


def part_count(form: Form) -> int:
    """How many parts a form has."""
    return sum(1 for each in form if each.name.startswith("id_"))


def fields_of(form: Form, place: int) -> list[Field]:
    """The fields of one part that are seen."""
    return [each for each in form if each.name.rsplit("_", 1)[-1] == str(place) and not is_hidden(each)]


def is_hidden(each: Field) -> bool:
    """Whether a field only travels along."""
    return getattr(each.widget, "input_type", "") == "hidden"


def offered_row(entry: Mapping[str, Any]) -> forms.Row:
    """An entry of the library as if it had been typed."""
    return {name: [str(value)] for name, value in entry.items() if name != "key"}


def posted_count(otherwise: int) -> int:
    """How many parts the posted page had; a page that does not say had as many as are stored."""
    posted = request.form.get("rows", "")
    return min(int(posted), services.MOST_PARTS) if posted.isdecimal() and len(posted) < 4 else otherwise


def answers(form: Form) -> dict[str, Any]:
    """What was entered, without the form's own fields."""
    return {field.name: field.data for field in form if field.name not in OWN_FIELDS}


def saver(change: Callable[..., None], rfp: Rfp, make: Callable[[Form], Any]) -> Callable[[Form, int], None]:
    """Saves what a form says through one service."""

    def save(form: Form, version: int) -> None:
        change(rfp, make(form), version=version, actor=me())

    return save
