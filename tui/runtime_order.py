"""Changes `runtimes` in a meta.toml and leaves every other character as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from engine.errors import MetaError

_KEY = re.compile(r"^([ \t]*runtimes[ \t]*=[ \t]*)\[(?:[^\]#]|#[^\n]*)*\]", re.MULTILINE)


class OrderNotWritten(MetaError):
    """The file is as it was: what is wrong, and what to do."""


def write_order(path: Path, order: Sequence[str]) -> None:
    """Makes `order` the runtimes of the file, new or there already. Raises OrderNotWritten or OSError."""
    from engine.state.atomic import write_atomic

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError as error:
        raise OrderNotWritten(f"{path}: this is not UTF-8 text. Save it as UTF-8 first.") from error
    write_atomic(path, with_order(text, order, str(path)).encode())


def with_order(text: str, order: Sequence[str], name: str) -> str:
    """The text of a meta.toml with other runtimes. Raises OrderNotWritten where that cannot be done safely."""
    before = _parsed(text, name)
    value = "[" + ", ".join(f'"{one}"' for one in order) + "]"
    place = _KEY.search(text)
    if place and "runtimes" in before:
        after = f"{text[: place.end(1)]}{value}{text[place.end() :]}"
    elif "runtimes" not in before:
        after = f"runtimes = {value}\n{text}"
    else:
        after = ""
    if not after or _parsed(after, name) != {**before, "runtimes": list(order)}:
        raise OrderNotWritten(
            f"{name}: `runtimes` is written there in a way that cannot be changed safely. Edit it by hand."
        )
    return after


def _parsed(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OrderNotWritten(f"{name}: this is not TOML ({error}). Mend it first.") from error
