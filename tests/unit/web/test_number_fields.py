"""Numbers and money: one documented way to write them; Python's own converters would take more."""

from collections.abc import Callable
from typing import Any

import pytest

from pglab.web.forms import Form, MoneyField, WholeNumberField


class Amounts(Form):
    """An amount and a count, both optional."""

    amount = MoneyField("Amount", required=False, maximum=2_500_000)
    people = WholeNumberField("Number of people", required=False, minimum=1, maximum=5000)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("25000", 2_500_000),
        ("25,000", 2_500_000),
        ("$25,000.00", 2_500_000),
        (" 6250.50 ", 625_050),
        ("0", 0),
        ("", None),
    ],
)
def test_amounts(post: Callable[..., Any], typed: str, cents: int | None) -> None:
    form = post(Amounts, amount=typed)

    assert (form.amount.data, form.problems) == (cents, [])


@pytest.mark.parametrize(
    "typed",
    ["25000.005", "-1", "-0", "1e5", "1_000", "٣", "１２３", "NaN", "inf", "0x10", "9" * 400, "2,50", "25.0", "1,0000",
     "$", "two", "25 000", "+5", "5-", "1.000,00", "\x005"],
)  # fmt: skip
def test_other_amounts_are_refused_and_kept_as_typed(post: Callable[..., Any], typed: str) -> None:
    form = post(Amounts, amount=typed)

    assert [problem.message for problem in form.problems] == ["Enter an amount in dollars, like 2500 or 2,500.00"]
    assert form.amount.data is None


def test_an_amount_above_the_limit_names_the_limit(post: Callable[..., Any]) -> None:
    assert post(Amounts, amount="25,000.01").problems[0].message == "Amount must be $25,000 or less"
    assert post(Amounts, amount="9" * 9).problems[0].message == "Amount must be $25,000 or less"


def test_a_stored_amount_is_shown_without_the_dollar_sign(bare_app: Any) -> None:
    with bare_app.test_request_context():
        assert 'value="6,250.00"' in str(Amounts(data={"amount": 625_000}).amount())


@pytest.mark.parametrize(("typed", "number"), [("1", 1), ("5,000", 5000), (" 120 ", 120), ("007", 7), ("", None)])
def test_whole_numbers(post: Callable[..., Any], typed: str, number: int | None) -> None:
    assert post(Amounts, people=typed).people.data == number


@pytest.mark.parametrize("typed", ["1e3", "1_000", "٣", "１２", "3.5", "NaN", "0x10", "12,34", "9" * 400, "twelve"])
def test_other_whole_numbers_are_refused(post: Callable[..., Any], typed: str) -> None:
    assert post(Amounts, people=typed).problems[0].message == "Number of people must be a number, like 120"


@pytest.mark.parametrize("typed", ["0", "-1", "5001"])
def test_a_whole_number_out_of_range_names_the_range(post: Callable[..., Any], typed: str) -> None:
    assert post(Amounts, people=typed).problems[0].message == "Number of people must be between 1 and 5,000"
