"""What the engine keeps and tells never holds a secret: events are looked through before they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from engine.git import Change
from engine.secrets import Found, find, find_in_bytes, masked, read_allowed
from engine.state.events import (
    Base,
    CheckEnded,
    GateDecided,
    Reopened,
    RuntimeSet,
    SessionEnded,
    StepStopped,
    ValveTripped,
)

TELLING = (SessionEnded, CheckEnded, Reopened, StepStopped, RuntimeSet, GateDecided, ValveTripped)
"""Events that carry words of agents, programs and people."""

E = TypeVar("E", bound=Base)


def discreet(event: E, root: Path) -> E:
    """The event with every secret in its words replaced by what kind it was; those allowed in `root` stay."""
    if type(event) not in TELLING:
        return event
    raw = event.model_dump()
    if not find("\n\n".join(_texts(raw)), ""):
        return event
    return type(event).model_validate(masked(raw, read_allowed(root)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def secrets_written(worktree: Path, changes: Sequence[Change], root: Path) -> list[Found]:
    """The secrets in what a session left in its worktree, but for those that are allowed in the workspace `root`."""
    found: list[Found] = []
    for change in changes:
        path = worktree / change.path
        if change.kind != "deleted" and path.is_file() and not path.is_symlink():
            found += find_in_bytes(path.read_bytes(), change.path)
    allowed = read_allowed(root) if found else frozenset()
    return [one for one in found if one.sha256 not in allowed]


def told(found: Sequence[Found]) -> str:
    """Why work that holds secrets is not taken, for whoever does it again."""
    places = "; ".join(f"wrote what looks like a secret in {one}" for one in found)
    return f"{places}. The app is to read it from an environment variable; a test makes one up at run time"
