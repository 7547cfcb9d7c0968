"""Fields for words: names, answers, addresses."""

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from wtforms.widgets import EmailInput, PasswordInput, TextArea, URLInput

from pglab.core.text import count_words, has_control, normalize_line, normalize_text
from pglab.web.forms.form import AskedField

# Signs that show as nothing. They come along when text is copied, so they go from both ends without a word.
UNSEEN = "\u200b\u2060\ufeff"


class LineField(AskedField):
    """One line of text: NFC, trimmed, without hidden characters, of limited length (in characters)."""

    empty = ""
    data: str

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, *, max_length: int = 200, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.max_length = max_length

    def read(self, written: str) -> str:
        line = written.strip().strip(UNSEEN).strip()
        if has_control(line, one_line=True) or any(sign in line for sign in UNSEEN):
            raise ValueError(f"{self.subject} contains hidden characters. Remove them or type it again.")
        return self.within_length(normalize_line(line))

    def within_length(self, text: str) -> str:
        """The text itself; ValueError with both counts when it is longer than the limit."""
        if len(text) > self.max_length:
            raise ValueError(
                f"{self.subject} must be {self.max_length:,} characters or fewer. It is {len(text):,} characters."
            )
        return text


class TextField(LineField):
    """Several lines of text: NFC, one kind of line break, of limited length (in characters)."""

    widget: Any = TextArea()
    kind = "text"

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, *, max_length: int = 4000, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, max_length=max_length, **kwargs)

    def read(self, written: str) -> str:
        text = normalize_text(written)
        if has_control(text, one_line=False):
            raise ValueError(f"{self.subject} contains hidden characters. Remove them or type it again.")
        return self.within_length(text)


class LongTextField(TextField):
    """An answer with a word limit; words are counted as on the page while typing."""

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        word_limit: int,
        max_length: int = 20_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, max_length=max_length, **kwargs)
        self.word_limit = word_limit

    def read(self, written: str) -> str:
        text = super().read(written)
        words = count_words(text)
        if words > self.word_limit:
            raise ValueError(f"{self.subject} must be {self.word_limit:,} words or fewer. It is {words:,} words.")
        return text


class EmailField(LineField):
    """An email address as its owner writes it; whether mail arrives is found out by sending some."""

    widget = EmailInput()
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, *, max_length: int = 254, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, max_length=max_length, **kwargs)

    def read(self, written: str) -> str:
        try:
            return str(validate_email(super().read(written), check_deliverability=False).normalized)
        except EmailNotValidError as error:
            raise ValueError("Enter an email address in the format name@example.com") from error


class HttpsUrlField(LineField):
    """A web address; only https, kept as text and never fetched."""

    widget = URLInput()
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "url", "spellcheck": "false", "autocapitalize": "none"}
    ADDRESS = re.compile(r"https://[^\s/?#@\\:]+\.[^\s/?#@\\:.]+(?::\d{1,5})?(?:[/?#][^\s\\<>\"]*)?", re.IGNORECASE)

    def __init__(
        self, label: str | None = None, validators: list[Any] | None = None, *, max_length: int = 500, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, max_length=max_length, **kwargs)

    def read(self, written: str) -> str:
        address = super().read(written)
        if not self.ADDRESS.fullmatch(address) or not urlsplit(address).hostname:
            raise ValueError("Enter a web address that starts with https://")
        return address


class SecretField(AskedField):
    """A password or code: taken exactly as typed, never shown again."""

    widget = PasswordInput(hide_value=True)
    empty = ""
    data: str
    attributes: ClassVar[dict[str, str]] = {"autocomplete": "current-password"}
