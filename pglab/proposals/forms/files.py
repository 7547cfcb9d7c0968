"""The forms about one file of a proposal: send it, use it elsewhere, take it out, say what of it is confidential."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from wtforms.widgets import HiddenInput

from pglab.documents.queries import safe_filename
from pglab.proposals import policy
from pglab.proposals.models import Attachment, ConfidentialityMark
from pglab.proposals.models.marks import PAGES_NAMED_LENGTH
from pglab.proposals.queries import GivenFile, mark_sign
from pglab.rfps.models import DocumentSlot
from pglab.web.filters import et_day, filesize, plural
from pglab.web.forms import AskedField, ChoiceField, Form, LineField, TextField, TickField, UploadField

# Of a page that does not say which file it showed: no file has this name.
NO_FILE = UUID(int=0)
# Where no file stands any more, what was written of one is not judged but given back.
MANY = 999_999


class SeenField(AskedField):
    """Hidden: what the page showed. What is decided about it counts for nothing else."""

    widget = HiddenInput()

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **{"required": False, **kwargs})


class SeenFileField(SeenField):
    """Which file the page showed."""

    empty = NO_FILE
    data: UUID

    def read(self, written: str) -> UUID:
        try:
            return UUID(written)
        except ValueError:
            return NO_FILE

    def show(self, document_id: UUID | None) -> None:
        """From here on the page shows this file."""
        self.data, self.typed = document_id or NO_FILE, str(document_id or NO_FILE)


class SeenMarkField(SeenField):
    """Which file the page showed, and the sign of what was marked in it."""

    empty = (NO_FILE, "")
    data: tuple[UUID, str]

    def read(self, written: str) -> tuple[UUID, str]:
        name, _, sign = written.strip().partition(" ")
        try:
            return UUID(name), sign
        except ValueError:
            return self.empty

    def write(self, answer: tuple[UUID, str]) -> str:
        return " ".join([str(answer[0]), answer[1]]).strip()

    def show(self, attachment: Attachment | None, mark: ConfidentialityMark | None) -> None:
        """From here on the page shows this file, with this mark."""
        self.data = mark_seen(attachment, mark)
        self.typed = self.write(self.data)


def mark_seen(attachment: Attachment | None, mark: ConfidentialityMark | None) -> tuple[UUID, str]:
    """What a page shows that is about this file and its mark."""
    return attachment.document_id if attachment else NO_FILE, mark_sign(mark)


class SeenFilesField(SeenField):
    """Which file the page showed in each slot, by the slot's name in addresses; an empty slot is left out."""

    empty: dict[str, UUID] = {}  # noqa: RUF012  (never changed)
    data: dict[str, UUID]

    def read(self, written: str) -> dict[str, UUID]:
        pairs = (pair.partition("=") for pair in written.split())
        try:
            return {slug: UUID(name) for slug, _, name in pairs}
        except ValueError:
            return self.empty

    def write(self, answer: dict[str, UUID]) -> str:
        return " ".join(f"{slug}={name}" for slug, name in answer.items())

    def show(self, attached: Iterable[Attachment]) -> None:
        """From here on the page shows these files."""
        self.data = files_seen(attached)
        self.typed = self.write(self.data)


def files_seen(attached: Iterable[Attachment]) -> dict[str, UUID]:
    """What a page shows that is about these files and their slots."""
    return {each.slot.slug: each.document_id for each in attached}


class RemoveFileForm(Form):
    """Taking the file out that the page names."""

    seen = SeenFileField()


class FileForm(Form):
    """One file for one document slot, or its redacted copy; and which file the page showed there."""

    file = UploadField("File")
    seen = SeenFileField()


class ThingField(ChoiceField):
    """A choice among rows, which stays chosen when the page is shown again."""

    def chosen(self) -> set[str]:
        return {self.typed}


def move_form(others: Iterable[DocumentSlot], attached: Mapping[UUID, Attachment]) -> Form:
    """For which other document a file is to be used; `attached`: the draft's files by the ids of their slots."""
    slots = {slot.slug: slot for slot in others}
    hints = {slot.id: "Has a file: the two trade places" for slot in slots.values() if slot.id in attached}
    made: type[Form] = type(
        "MoveForm",
        (Form,),
        {
            "seen": SeenFilesField(default=files_seen(attached.values())),
            "target": ThingField(
                "Use this file as",
                choices=[(slug, slot.title, hints.get(slot.id, "")) for slug, slot in slots.items()],
                coerce=slots.get,
                blank="Select what this file is",
            ),
            "keep": TickField("Keep it here as well", required=False),
        },
    )
    return made()


def reuse_form(given: Iterable[GivenFile], standing: Attachment | None) -> Form:
    """Which of the files that the startup gave us before; `standing`: the one in the slot, which it replaces."""
    files = {str(each.document.id): each for each in given}
    made: type[Form] = type(
        "ReuseForm",
        (Form,),
        {
            "seen": SeenFilesField(default=files_seen([standing] if standing else [])),
            "document": ThingField(
                "Which file?",
                choices=[(key, safe_filename(each.document), given_facts(each)) for key, each in files.items()],
                coerce=lambda key: files[key].document if key in files else None,
                blank="Select a file",
            ),
        },
    )
    return made()


def given_facts(given: GivenFile) -> str:
    """What tells one of the startup's files from another: what it was, how long, and when it came."""
    pages = plural(given.document.pages, "page")
    return f"{given.given_for}, {pages}, {filesize(given.document.size)}, received {et_day(given.document.received_at)}"


class PagesField(LineField):
    """Pages of a file by their numbers, of which it has `last`."""

    def __init__(self, label: str | None = None, *, last: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.last = last

    def read(self, written: str) -> str:
        named = super().read(written)
        if problem := policy.pages_problem(named, self.last):
            raise ValueError(problem)
        return named


def mark_form(
    attachment: Attachment | None,
    mark: ConfidentialityMark | None,
    known: ConfidentialityMark | None,
    *,
    may_sign: bool,
) -> Form:
    """Which pages of the slot's file are confidential, and why; begun with what is `known` of it or the one before."""
    document = attachment.document if attachment else None
    fields: dict[str, AskedField] = {
        "seen": SeenMarkField(default=mark_seen(attachment, mark)),
        "pages_named": PagesField(
            "Which pages?",
            last=document.pages if document else MANY,
            max_length=PAGES_NAMED_LENGTH,
            thing="which pages are confidential",
            default=known.pages_named if known else "",
        ),
        "reason": TextField(
            "Why are they confidential?",
            max_length=2000,
            thing="why they are confidential",
            default=known.reason if known else "",
        ),
        "unsign": TickField("Save without that signature.", required=False),
    }
    if may_sign:
        fields["sign"] = TickField(
            "I’m an authorized representative, and I sign this statement.",
            required=False,
        )
    made: type[Form] = type("MarkForm", (Form,), dict(fields))
    return made()
