"""Events as they lie in the journal, read so that one of another version takes nothing away from the others."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from engine.errors import MetaError
from engine.state.events import Base, Event

Raw = Mapping[str, Any]
Key = tuple[str, str]
"""Step and LEGO; "" where there is none."""
Span = tuple[datetime, datetime]

KNOWN = frozenset(kind.model_fields["event"].default for kind in get_args(get_args(Event)[0]))
"""The names of all events of this version."""


def read_journal(path: Path) -> list[Raw]:
    """Every line as an object; one that is none becomes `{}`. A last line without newline is no event yet."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise MetaError(f"{path}: it cannot be read ({error.strerror}). Check the file's rights.") from error
    return [_object(line) for line in data.split(b"\n")[:-1]]


def _object(line: bytes) -> Raw:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def plain(events: Iterable[Raw | Base]) -> list[Raw]:
    """Typed events and lines of the journal alike, as objects."""
    return [event.model_dump(mode="json") if isinstance(event, Base) else event for event in events]


def kind(event: Raw) -> str:
    """The event's name; "" for one that this version does not know."""
    name = event.get("event")
    return name if isinstance(name, str) and name in KNOWN else ""


def part(event: Raw, name: str) -> Raw:
    """An object inside an event; empty where there is none."""
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def text(event: Raw, name: str) -> str:
    """A text; "" where there is none."""
    found = event.get(name)
    return found if isinstance(found, str) else ""


def number(event: Raw, name: str) -> float | None:
    """A number; None where there is none."""
    found = event.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return found


def key(event: Raw) -> Key:
    """The instance an event is about."""
    return text(event, "step"), text(event, "lego")


def moment(written: str) -> datetime | None:
    """A time as it stands in the journal; None for what is no time."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def seconds(begin: datetime | None, end: datetime | None) -> float | None:
    """How long it took; never less than nothing, though a clock may have been set back. None if either is unknown."""
    return max(0.0, (end - begin).total_seconds()) if begin and end else None


def union_seconds(spans: Iterable[Span]) -> float:
    """The time that at least one of the spans covers."""
    total, reached = 0.0, None
    for begin, end in sorted(spans):
        fresh = begin if reached is None else max(begin, reached)
        if end > fresh:
            total += (end - fresh).total_seconds()
            reached = end
    return total
