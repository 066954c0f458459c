"""Helps with an intent: which headings it should have, what belongs under each, and what is missing. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^(#{1,2})[ \t]+(.*?)[ \t]*$")
_HINT = re.compile(r"\(([^()]*)\)", re.DOTALL)
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
ENOUGH_WORDS = 60
"""With fewer, people find a program they did not mean."""
NEEDED = 2
"""So many of the first headings have to say something."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the template and what it asks for. `title` is "" for the name of the app."""

    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One heading in somebody's text. `there` is False where they took it out."""

    section: Section
    words: int
    there: bool
    needed: bool


@dataclass(frozen=True, slots=True)
class Assessed:
    """How far an intent is. `missing` are sentences; none means that there is enough to begin."""

    name: str
    words: int
    sections: tuple[Progress, ...]
    missing: tuple[str, ...]

    @property
    def says_what(self) -> bool:
        """Whether there is more than a name."""
        return self.words > _count([self.name])


def parse_template(text: str) -> tuple[Section, ...]:
    """The headings of the template, the name of the app first."""
    parts = _parts(text)
    sections = []
    for title, level, lines in parts:
        hint = " ".join(" ".join(found.split()) for found in _HINT.findall("\n".join(lines)) if found.strip() != "…")
        sections.append(Section("" if level == 1 else title, hint or " ".join(" ".join(lines).split())))
    return tuple(sections)


def skeleton(sections: tuple[Section, ...]) -> str:
    """The headings with room below them."""
    lines = ["# ", ""]
    for section in sections:
        if section.title:
            lines += [f"## {section.title}", "", "", ""]
    return "\n".join(lines[:-1])


def assess(text: str, sections: tuple[Section, ...]) -> Assessed:
    """How far the text is."""
    parts = _parts(text)
    name = next((title for title, level, _ in parts if level == 1), "")
    name = "" if _HINT.fullmatch(name) else name
    words = {title.lower(): _count(lines) for title, level, lines in parts if level == 2}
    named = [section for section in sections if section.title]
    progress = tuple(
        Progress(one, words.get(one.title.lower(), 0), one.title.lower() in words, number < NEEDED)
        for number, one in enumerate(named)
    )
    total = _count([name]) + sum(_count(lines) for _, _, lines in parts)
    missing = [] if name else ["the name of the app, in the first line"]
    missing += [f"“{one.section.title}”" for one in progress if one.needed and not one.words]
    if not missing and total < ENOUGH_WORDS:
        missing.append(f"some detail: {total} words leave much to guess")
    return Assessed(name, total, progress, tuple(missing))


def section_at(text: str, line: int) -> str:
    """The heading above a line, counted from 0; "" at the name of the app."""
    lines = text.split("\n")[: line + 1]
    found = next((match for one in reversed(lines) if (match := _HEADING.match(one))), None)
    return found[2] if found and len(found[1]) == 2 else ""


def _parts(text: str) -> list[tuple[str, int, list[str]]]:
    """(title, level, lines below) of each heading; what stands above the first one belongs to none."""
    parts: list[tuple[str, int, list[str]]] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        match = None if fenced else _HEADING.match(line)
        if match:
            parts.append((match[2], len(match[1]), []))
        else:
            if not parts:
                parts.append(("", 2, []))
            parts[-1][2].append(line)
    return parts


def _count(lines: list[str]) -> int:
    """The words of a person: what the template says in brackets is none of theirs."""
    return (
        len(_WORD.findall(_HINT.sub(" ", "\n".join(lines))))
        if _only_hint(lines)
        else len(_WORD.findall("\n".join(lines)))
    )


def _only_hint(lines: list[str]) -> bool:
    """Whether nothing stands there but what the template says in brackets."""
    return not _WORD.search(_HINT.sub(" ", "\n".join(lines)))
