"""What a session was told, and what each part of it costs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.briefs.tokens import estimate
from engine.errors import MetaError
from tui.lines.sanitize import clean

_FENCE = re.compile(r"(`{3,})[^`]*")
_SPLIT = "Inputs"
"""The section whose sub-sections cost enough to be told one by one."""


@dataclass(frozen=True, slots=True)
class PartCost:
    """One part of a brief and about how many tokens it takes; `line` is where it begins, from 0."""

    name: str
    tokens: int
    line: int


@dataclass(frozen=True, slots=True)
class BriefFile:
    """The brief of one session. `tokens` is what the engine counted; None where that is not known."""

    session: str
    text: str = ""
    tokens: int | None = None
    parts: tuple[PartCost, ...] = ()
    wisdom: tuple[tuple[str, str], ...] = ()
    """(card, why it was chosen)."""
    sandbox: str = ""


def load_brief(folder: Path) -> BriefFile | None:
    """The brief in a session's folder; None when it was not written yet. Raises MetaError."""
    try:
        text = clean((folder / "brief.md").read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MetaError(f"{folder / 'brief.md'}: it cannot be read ({error.strerror}).") from error
    told = _session(folder / "session.json")
    budget, wisdom = told.get("budget"), told.get("wisdom")
    tokens = budget.get("brief_tokens") if isinstance(budget, dict) else None
    cards = [card for card in wisdom if isinstance(card, dict)] if isinstance(wisdom, list) else []
    return BriefFile(
        session=folder.name,
        text=text,
        tokens=int(tokens) if isinstance(tokens, int | float) else None,
        parts=costs(text),
        wisdom=tuple((str(card.get("id", "")), str(card.get("why", ""))) for card in cards),
        sandbox=str(told.get("sandbox", "")),
    )


def _session(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MetaError(f"{path}: it cannot be read ({error}). `meta doctor` says what to do.") from error
    return found if isinstance(found, dict) else {}


def costs(text: str) -> tuple[PartCost, ...]:
    """The parts of a brief by its own headings, those inside fences apart; inputs one by one."""
    starts: list[tuple[int, str]] = [(0, "task")]
    fence, section = "", ""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        ticks = _FENCE.fullmatch(line)
        if fence:
            fence = "" if ticks and line.strip() == fence else fence
        elif ticks:
            fence = ticks[1]
        elif line.startswith("## "):
            section = line[3:].strip()
            starts.append((number, section))
        elif line.startswith("### ") and section == _SPLIT:
            starts.append((number, f"input {line[4:].strip()}"))
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    found = [
        PartCost(name, estimate("\n".join(lines[begin:end])), begin)
        for (begin, name), end in zip(starts, ends, strict=True)
    ]
    return tuple(part for part in found if part.name not in (_SPLIT, "task") or part.tokens > 10)
