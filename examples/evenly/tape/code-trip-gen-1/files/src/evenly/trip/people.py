"""People: who can be on a trip, and who of them is meant."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category

from evenly.contracts.trip import WrongValue

_FEWEST_PEOPLE = 2
_MOST_PEOPLE = 16
_LONGEST_NAME = 20
_DIGITS_AND_HYPHEN = frozenset("0123456789-")


def check_people(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names as the people of a trip; raise WrongValue for the first fault."""
    if not _FEWEST_PEOPLE <= len(names) <= _MOST_PEOPLE:
        raise WrongValue(f"a trip needs 2 to 16 people, not {len(names)}")
    seen: set[str] = set()
    for name in names:
        if not _is_possible(name):
            raise WrongValue(
                f'name "{name}" is not possible; use 1 to 20 letters, digits or hyphens, starting with a letter'
            )
        if name in seen:
            raise WrongValue(f'name "{name}" is given twice; give each person another name')
        seen.add(name)
    return tuple(names)


def check_person(people: tuple[str, ...], name: str) -> None:
    """Raise WrongValue if nobody on the trip has this name."""
    if name not in people:
        raise WrongValue(f'unknown person "{name}"; possible: {", ".join(people)}')


def read_participants(people: tuple[str, ...], text: str, place: str) -> tuple[str, ...]:
    """Return the people named in the text, in trip order; `place` says where a name stands twice."""
    named: set[str] = set()
    for name in text.split(","):
        check_person(people, name)
        if name in named:
            raise WrongValue(f'"{name}" is named twice in {place}; name each person once')
        named.add(name)
    return tuple(person for person in people if person in named)


def _is_possible(name: str) -> bool:
    if not 1 <= len(name) <= _LONGEST_NAME:
        return False
    if not _is_letter(name[0]):
        return False
    return all(_is_letter(character) or character in _DIGITS_AND_HYPHEN for character in name)


def _is_letter(character: str) -> bool:
    return category(character).startswith("L")
