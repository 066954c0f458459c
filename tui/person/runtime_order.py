"""Writes which runtimes the next run tries, in which order, into a meta.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.person.toml_edit import CannotChange, with_value


def write_order(path: Path, order: Sequence[str]) -> None:
    """Makes `order` the runtimes of the file, be it there already or not. Raises CannotChange or OSError."""
    from engine.state.atomic import write_atomic

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except UnicodeDecodeError as error:
        raise CannotChange(f"{path}: this is not UTF-8 text. Save it as UTF-8 first.") from error
    write_atomic(path, with_value(text, ("runtimes",), order, str(path)).encode())
