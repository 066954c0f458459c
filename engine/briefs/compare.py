"""Which parts of a brief differ from those of another, by its headings. Pure."""

from __future__ import annotations

import re

OPENING = "task and format"
NAMES = {"Your task": OPENING, "What happened before": "what happened before", "Advice": "wisdom"}
"""Heading of the template → what the part is called; any other is called by its heading."""

_HEADING = re.compile(r"(#{1,3}) (.+)")
_FENCE = re.compile(r"`{3,}")
_NOTE = re.compile(r" \([^()]*\)$")


def differing_parts(recorded: str, now: str) -> list[str]:
    """The names of the parts that are not the same in both: `rules`, `input menu.md`, `wisdom` and so on."""
    before, after = parts(recorded), parts(now)
    return [name for name in dict.fromkeys([*after, *before]) if before.get(name) != after.get(name)]


def parts(brief: str) -> dict[str, str]:
    """Name → text of each part, in order. Each input is a part of its own."""
    found: dict[str, list[str]] = {}
    section = name = OPENING
    fence = ""
    for line in brief.splitlines():
        mark = _FENCE.match(line)
        heading = None if fence else _HEADING.fullmatch(line)
        if mark and not fence:
            fence = mark[0]
        elif fence and line.rstrip() == fence:
            fence = ""
        if heading:
            section, name = _named(section, name, len(heading[1]), heading[2])
        found.setdefault(name, []).append(line)
    return {name: "\n".join(lines).rstrip() for name, lines in found.items()}


def _named(section: str, name: str, level: int, title: str) -> tuple[str, str]:
    """The section and the part that a heading begins; one that is part of another text begins none."""
    if level <= 2:
        named = OPENING if level == 1 else NAMES.get(title, title.lower())
        return named, named
    if section == "inputs":
        return section, f"input {_NOTE.sub('', title)}"
    if section == OPENING and title == "Rules":
        return section, "rules"
    return section, name
