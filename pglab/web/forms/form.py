"""The form all others extend, and the field all others extend."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from flask import has_request_context, request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import FileStorage
from wtforms import Field, FieldList, FormField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import FileInput, HiddenInput, TextInput

from pglab.core.errors import RuleError
from pglab.core.text import is_blank
from pglab.web.kept_forms import was_typed_in
from pglab.web.page_again import refused_file

NATIVE_CHECKS = ("required", "minlength", "maxlength", "pattern", "min", "max")
STALE_PAGE = "This page is out of date. We kept your text. Check it and save again."


class Problem(NamedTuple):
    """One line of the error summary: the control to go to (empty when there is none) and what is wrong."""

    target: str
    message: str


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that is checked by the server only, keeps what was typed and lists its problems in field order.
    `out_of_date` is what it says when its hidden fields came back broken."""

    out_of_date: ClassVar[str] = STALE_PAGE

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        """Without the browser's own checks: they cut pasted text and speak in other words than ours."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Draw the field's control without the attributes that make browsers check it."""
            for attribute in NATIVE_CHECKS:
                render_kw.setdefault(attribute, False)
            return super().render_field(field, render_kw)

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """Read what a page sends, or sent when its session had ended. JSON is no form: unread, it cannot hurt by
            its depth or its shape."""
            if not has_request_context():  # a form that is drawn to see whether it can be
                return formdata if formdata is not _Auto else None
            if request.is_json:
                return None
            # A form inside a form reads what the outer one does.
            unsent = (formdata is None or formdata is _Auto) and not getattr(form, "_prefix", "")
            before = was_typed_in(form._fields) if unsent else None
            if before or formdata is None:
                return before
            return super().wrap_formdata(form, formdata)

    def submitted(self) -> bool:
        """Whether the form was sent and every field is in order."""
        return bool(self.validate_on_submit())

    def show(self, error: RuleError) -> None:
        """Put a refusal of the business rules beside the field it names, or above the form."""
        field = next((field for field in _every_field(self) if error.field in (field.name, field.short_name)), None)
        if error.field is None or field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]

    @property
    def labels(self) -> str:
        """What the controls are called whose names say nothing (`q1`), for a page that gives their text back when it
        can ask nobody; empty when all names speak for themselves."""
        named = {field.name: field.label.text for field in self if field.name[-1:].isdigit()}
        return json.dumps(named, ensure_ascii=False, separators=(",", ":")) if named else ""

    @property
    def problems(self) -> list[Problem]:
        """Everything to fix, in the order of the fields; what concerns the whole form comes first."""
        found = [Problem("", message) for message in self.form_errors]
        for field in _every_field(self):
            if field.name == "csrf_token":
                found += [Problem("", self.out_of_date)] if field.errors else []
            else:
                target = "" if isinstance(field.widget, HiddenInput) else focus_id(field)
                said = [self.out_of_date if message == STALE_PAGE else str(message) for message in field.errors]
                found += [Problem(target, message) for message in said]
        return list(dict.fromkeys(found))


class FilterForm(Form):
    """Filters of a list: read from the address, so that a filtered view can be bookmarked; changes nothing."""

    class Meta(Form.Meta):
        """A form that changes nothing needs no token."""

        csrf = False

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:  # noqa: ARG002  # WTForms' signature
            """The address alone says how a list is filtered."""
            return formdata

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(formdata=request.args or None, **kwargs)


def _every_field(form: Iterable[Field]) -> Iterator[Field]:
    """The fields of a form and of the forms and lists inside it, in order."""
    for field in form:
        if isinstance(field, FormField):
            yield from _every_field(field.form)
        elif isinstance(field, FieldList):
            yield from _every_field(field)
        else:
            yield field


def focus_id(field: Field) -> str:
    """The id of the control that a problem of the field should lead to: the first choice of several, for instance."""
    return str(getattr(field, "focus_id", field.id))


class AskedField(Field):
    """One question with one typed answer.

    `thing` is what the messages call it ("your legal name"; made from the label when not given), `blank` the whole
    sentence shown when nothing was typed. Blank means nothing visible: spaces of any kind count as nothing.
    """

    widget: Any = TextInput()
    kind = "line"
    verb = "Enter"
    empty: Any = None
    attributes: ClassVar[dict[str, str]] = {}

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        required: bool = True,
        thing: str | None = None,
        blank: str | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["render_kw"] = {**self.attributes, **(kwargs.get("render_kw") or {})}
        super().__init__(label, validators, **kwargs)
        self.required = required
        self.thing = thing or in_sentence(self.label.text)
        self.blank = blank or f"{self.verb} {self.thing}"
        self.typed = ""

    @property
    def subject(self) -> str:
        """What the field asks for, as the first words of a sentence."""
        return self.thing[:1].upper() + self.thing[1:]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was posted; a field missing from the post counts as empty, never as unchanged."""
        self.data = self.empty
        if len(valuelist) > 1:
            raise ValueError(f"{self.verb} {self.thing} once")
        written = str(valuelist[0]) if valuelist else ""
        self.typed = written.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
        if not is_blank(written):
            self.data = self.read(written)

    def read(self, written: str) -> Any:
        """The answer in what was typed; ValueError with the sentence to show when it cannot be one."""
        return written

    def write(self, answer: Any) -> str:
        """A stored answer as it stands in the control."""
        return "" if answer is None else str(answer)

    def _value(self) -> str:
        """What the control shows: what was typed, or the stored answer on first sight."""
        return self.typed if self.raw_data is not None else self.write(self.data)

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002  # WTForms' signature
        """One message a field: unreadable first, then missing; other checks only see a real answer."""
        if self.process_errors:
            raise StopValidation
        if self.data == self.empty:
            raise StopValidation(self.blank if self.required else "")


def in_sentence(label: str) -> str:
    """A label as it reads inside a sentence: its first letter small, unless it begins an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or not label[1:2].isalpha() else label


class VersionField(AskedField):
    """Hidden: which version of the thing the person was looking at; the service compares it before it saves."""

    widget = HiddenInput()
    data: int | None

    def read(self, written: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", written):
            raise ValueError(STALE_PAGE)
        return int(written)


class IdempotencyKeyField(AskedField):
    """Hidden: names this very copy of the form, so that sending it twice is answered once."""

    widget = HiddenInput()
    data: str

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **{"default": lambda: secrets.token_urlsafe(18), **kwargs})
        self.blank = STALE_PAGE

    def read(self, written: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", written):
            raise ValueError(STALE_PAGE)
        return written


class UploadField(AskedField):
    """One file; what is in it is judged by the documents domain, not here.

    A script may have sent it to the store already; then `<name>_upload` names that upload, and no file comes along.
    """

    widget = FileInput()
    kind = "file"
    verb = "Select"
    data: FileStorage | None
    upload_id: str = ""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the file, or the name of its upload; or learn that the file was too large to be read."""
        super().process(formdata, *args, **kwargs)
        why = refused_file()
        if why:
            self.errors = [why]
        named = formdata.get(f"{self.name}_upload", "") if formdata is not None else ""
        self.upload_id = named if isinstance(named, str) else ""

    def pre_validate(self, form: BaseForm) -> None:
        """A file or an upload; asking for both is the documents domain's business."""
        if not self.upload_id or self.process_errors:
            super().pre_validate(form)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The file that was sent; browsers send an empty, nameless one when none was chosen."""
        files = [sent for sent in valuelist if isinstance(sent, FileStorage) and sent.filename]
        self.data = files[0] if files else None
        if len(files) > 1:
            raise ValueError(f"Select one file for {self.thing}")

    def _value(self) -> str:
        """Browsers do not let a page fill in a file."""
        return ""
