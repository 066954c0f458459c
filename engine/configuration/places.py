"""On which line of a TOML file a key stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The keys from the top of the file down."""

KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'=#\[\]]|[ \t](?!=))+?)\s*=""")


def lines_of(text: str) -> dict[Place, int]:
    """Place → line, counted from 1, for every table and every key on a line of its own."""
    table: Place = ()
    found: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = line.split("#")[0].strip() if line.lstrip().startswith("[") else ""
        if header.startswith("[") and (place := _keys(f"{header}\n")):
            table = place
            found.setdefault(table, number)
        elif match := KEY.match(line):
            place = _keys(f"{match[1]} = 0")
            for length in range(1, len(place) + 1):
                found.setdefault((*table, *place[:length]), number)
    return found


def _keys(text: str) -> Place:
    """The keys down to the one thing that a piece of TOML defines; none if it defines nothing."""
    try:
        value: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(value, dict) and value:
        key, value = next(iter(value.items()))
        keys.append(key)
    return tuple(keys)
