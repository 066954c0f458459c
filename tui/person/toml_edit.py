"""Changes one value of a TOML file and leaves every other character as it is; checked by reading the result."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from engine.errors import MetaError

_VALUE = r"""(?:\[(?:[^\]#]|\#[^\n]*)*\]|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s\#]+)"""
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)

TomlValue = str | int | float | Sequence[str]


class CannotChange(MetaError):
    """The file is as it was: what is wrong, and what to do."""


def with_value(text: str, place: Sequence[str], value: TomlValue | None, name: str) -> str:
    """The text with `value` at `place` (a table, if any, and a key); None takes the key away. Raises CannotChange.

    `name` is the file's, for messages.
    """
    before = parse(text, name)
    wanted = _with(before, place, value)
    if wanted == before:
        return text
    for after in _candidates(text, place, value):
        if _means(after, wanted):
            return after
    raise CannotChange(
        f"{name}: `{'.'.join(place)}` stands there in a way that cannot be changed safely. Edit it by hand."
    )


def parse(text: str, name: str) -> dict[str, Any]:
    """The file's values. Raises CannotChange."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannotChange(f"{name}: this is not TOML: {error}. Mend it first.") from error


def _with(before: dict[str, Any], place: Sequence[str], value: TomlValue | None) -> dict[str, Any]:
    after = copy.deepcopy(before)
    table = after
    for key in place[:-1]:
        table = table.setdefault(key, {})
    if value is None:
        table.pop(place[-1], None)
    else:
        table[place[-1]] = list(value) if not isinstance(value, str | int | float) else value
    return {key: one for key, one in after.items() if one != {} or key in before}


def _means(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _candidates(text: str, place: Sequence[str], value: TomlValue | None) -> Iterator[str]:
    """Ways to write it, the least intrusive first."""
    key = re.compile(rf"^([ \t]*{re.escape(place[-1])}[ \t]*=[ \t]*){_VALUE}", re.MULTILINE)
    for found in key.finditer(text):
        if value is None:
            end = text.find("\n", found.end())
            yield text[: found.start()] + (text[end + 1 :] if end >= 0 else "")
        else:
            yield text[: found.end(1)] + _written(value) + text[found.end() :]
    if value is None:
        return
    line = f"{place[-1]} = {_written(value)}\n"
    ended = text if not text or text.endswith("\n") else f"{text}\n"
    if len(place) > 1:
        header = re.search(rf"^[ \t]*\[[ \t]*{re.escape('.'.join(place[:-1]))}[ \t]*\][^\n]*\n", ended, re.MULTILINE)
        yield ended[: header.end()] + line + ended[header.end() :] if header else ""
        yield f"{ended}{chr(10) if ended else ''}[{'.'.join(place[:-1])}]\n{line}"
        return
    first = _HEADER.search(ended)
    yield ended[: first.start()] + line + "\n" + ended[first.start() :] if first else ended + line
    yield line + ended


def _written(value: TomlValue) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    return "[" + ", ".join(map(_written, value)) + "]"
