"""WHAT: the words that say what an expense was for."""

from __future__ import annotations

from unicodedata import category

from evenly.contracts.trip import WrongValue

_LONGEST_WHAT = 60
_FORBIDDEN_STARTS = (" ", "=", "+", "-", "@")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_what(what: str) -> None:
    """Raise WrongValue if this WHAT is not possible."""
    if not _is_possible(what):
        raise WrongValue(
            "WHAT must be 1 to 60 characters on one line, without control characters or a space at either end, "
            "not starting with = + - or @"
        )


def _is_possible(what: str) -> bool:
    if not 1 <= len(what) <= _LONGEST_WHAT:
        return False
    if what.startswith(_FORBIDDEN_STARTS) or what.endswith(" "):
        return False
    return all(category(character) not in _FORBIDDEN_CATEGORIES for character in what)
