"""Money is whole cents. One documented way to write it, one to show it."""

import re

AMOUNT = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{2}))?")


def parse_money(written: str) -> int | None:
    """Cents for `2500`, `2,500` or `$2,500.00`; None for anything else.

    Only ASCII digits, an optional dollar sign, commas between thousands, and either no or exactly two decimals are
    read: no exponent, sign, NaN or other numeral that Python's own converters would let through.
    """
    match = AMOUNT.fullmatch(written.strip()) if written.isascii() else None
    if match is None:
        return None
    dollars, cents = match.groups()
    return int(dollars.replace(",", "")) * 100 + int(cents or 0)


def format_money(cents: int) -> str:
    """`$25,000.00`; a negative amount carries a true minus sign."""
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def format_dollars(cents: int) -> str:
    """`$25,000` where there are no cents to show, otherwise as `format_money`."""
    return format_money(cents).removesuffix(".00")
