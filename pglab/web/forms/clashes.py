"""Two people at one form: what the page sends about the texts between which somebody had to choose.

The page of a clash (`version_conflict` in templates/_macros/form.html) carries the person's own text as `<name>-mine`
and the choice as `<name>-keep`: mine, theirs, or combine, which takes what is typed under the name itself.
"""

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field


def takes_theirs(name: str, posted: MultiDict[str, str]) -> bool:
    """Whether the person chose a colleague's text over their own."""
    return posted.get(f"{name}-keep") == "theirs"


def chosen_of(names: Iterable[str], posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with the person's own earlier text for each field where they chose it over a colleague's."""
    chosen = MultiDict(posted)
    for name in names:
        if posted.get(f"{name}-keep") == "mine":
            chosen.setlist(name, posted.getlist(f"{name}-mine"))
    return chosen


def show_stored(field: Field, value: Any) -> None:
    """Have a field show what is stored, whatever was sent for it."""
    field.process(None, value)
    field.raw_data, field.errors = None, []
