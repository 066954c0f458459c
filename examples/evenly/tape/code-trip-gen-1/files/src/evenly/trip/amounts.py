"""Amounts: text to cents and cents to text, exact at any length."""

from __future__ import annotations

import re

from evenly.contracts.trip import WrongValue

_AMOUNT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?")
_PIECE_DIGITS = 600  # below every limit that Python can set for turning int into text
_PIECE = 10**_PIECE_DIGITS


def read_amount(text: str) -> int:
    """Return the cents of an amount; raise WrongValue if it is not possible."""
    match = _AMOUNT.fullmatch(text)
    cents = 0
    if match is not None:
        units, decimals = match.groups(default="")
        cents = int(units + decimals.ljust(2, "0"))
    if cents == 0:
        raise WrongValue(f'amount "{text}" is not possible; write 12, 12.5 or 12.50, from 0.01 to 999999.99')
    return cents


def write_amount(cents: int) -> str:
    """Return cents as units, a point and two digits, with a minus before a negative sum."""
    sign = "-" if cents < 0 else ""
    units, rest = divmod(abs(cents), 100)
    return f"{sign}{_digits(units)}.{rest:02d}"


def _digits(value: int) -> str:
    """Return all digits of a value from 0 up, also of one that `str` refuses for its length."""
    pieces: list[str] = []
    while value >= _PIECE:
        value, rest = divmod(value, _PIECE)
        pieces.append(str(rest).zfill(_PIECE_DIGITS))
    pieces.append(str(value))
    return "".join(reversed(pieces))
