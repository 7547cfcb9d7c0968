"""Fields for numbers and money. A pattern decides first: Python's own converters read far more than people mean."""

import re
from typing import Any, ClassVar

from pglab.core.money import format_dollars, format_money, parse_money
from pglab.web.forms.form import AskedField

WHOLE_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,12})")


class BoundedField(AskedField):
    """A number between two bounds, both allowed."""

    largest: ClassVar[int] = 1_000_000_000
    data: int | None

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        minimum: int = 0,
        maximum: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.minimum = minimum
        self.maximum = self.largest if maximum is None else maximum


class WholeNumberField(BoundedField):
    """A whole number in plain digits, commas between thousands allowed."""

    attributes: ClassVar[dict[str, str]] = {"inputmode": "numeric", "autocomplete": "off"}
    kind = "number"

    def read(self, written: str) -> int:
        text = written.strip()
        if not WHOLE_NUMBER.fullmatch(text):
            raise ValueError(f"{self.subject} must be a number, like 120")
        number = int(text.replace(",", ""))
        if not self.minimum <= number <= self.maximum:
            raise ValueError(f"{self.subject} must be between {self.minimum:,} and {self.maximum:,}")
        return number


class MoneyField(BoundedField):
    """An amount of dollars, kept as cents: `2500`, `2,500` or `$2,500.00`."""

    attributes: ClassVar[dict[str, str]] = {"inputmode": "decimal", "autocomplete": "off"}
    kind = "money"
    largest: ClassVar[int] = 99_999_999_99

    def read(self, written: str) -> int:
        cents = parse_money(written)
        if cents is None:
            raise ValueError("Enter an amount in dollars, like 2500 or 2,500.00")
        if cents < self.minimum:
            raise ValueError(f"{self.subject} must be {format_dollars(self.minimum)} or more")
        if cents > self.maximum:
            raise ValueError(f"{self.subject} must be {format_dollars(self.maximum)} or less")
        return cents

    def write(self, answer: Any) -> str:
        """The amount without the dollar sign, which stands before the control; what is no amount as it was typed."""
        if isinstance(answer, str):
            return answer
        return "" if answer is None else format_money(answer).replace("$", "")
