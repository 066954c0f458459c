"""`requirements.md`: its requirements, and slices of it. Pure.

The format. A requirement is one top-level bullet that starts with its id in bold, with its acceptance idea below it:

    ## Adding

    - **R-001** The user can add a task with a title.
      - Acceptance: after `add "Buy milk"`, `list` shows "Buy milk".

or a heading that starts with its id, with a line `Acceptance: …` in the text below. Ids are `R-` and at least three
digits. A bullet that has an acceptance idea but no proper id is still a requirement: its id is then "".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

REVIEW_NOTES = "## REVIEW NOTES"

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_BULLET = re.compile(r"(?:[-*+]|\d+[.)])\s+(.*)")
_ID = re.compile(r"(?:\*\*|__)?(R-\d{3,})\b:?(?:\*\*|__)?\s*[:.–—-]?\s*(.*)")
_LOOKS_LIKE_ID = re.compile(r"(?:\*\*|__)\s*[Rr]-?\d+")
_ACCEPTANCE = re.compile(
    r"\s*(?:[-*+]\s+)?(?:\*\*|__|[*_])?Acceptance(?: test)?(?: idea)?\s*:(?:\*\*|__|[*_])?\s*(.*)", re.IGNORECASE
)
_FENCE = re.compile(r"\s*(```|~~~)")
_NAMED = re.compile(r"(?<![A-Za-z0-9])[Rr][-_]?(\d{3,})(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement. `line` is where it starts, counted from 1; `text` and `acceptance` are "" when missing."""

    id: str
    text: str
    acceptance: str
    line: int


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement that is not as it was. `text` is what it says now, of one that was removed what it said."""

    id: str
    how: Literal["added", "changed", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines start…end (end excluded, from 0) of a heading line or of one top-level bullet with all below it."""

    start: int
    end: int
    level: int
    title: str
    requirement: Requirement | None


def without_review_notes(text: str) -> str:
    """The part of a document above its section "REVIEW NOTES", which the engine writes and which is not content."""
    lines = text.splitlines(keepends=True)
    for number, line, fenced in _lines(text):
        if not fenced and line.rstrip() == REVIEW_NOTES:
            return "".join(lines[:number])
    return text


def parse_requirements(text: str) -> list[Requirement]:
    """Every requirement of the document, in its order."""
    return [block.requirement for block in _blocks(without_review_notes(text)) if block.requirement]


def requirement_changes(before: str, after: str) -> Iterator[RequirementChange]:
    """What differs between two versions of the document, by id."""
    old, now = ({one.id: one for one in parse_requirements(text)} for text in (before, after))
    for id_ in sorted({*old, *now}):
        if id_ not in old:
            yield RequirementChange(id_, "added", now[id_].text)
        elif id_ not in now:
            yield RequirementChange(id_, "removed", old[id_].text)
        elif (old[id_].text, old[id_].acceptance) != (now[id_].text, now[id_].acceptance):
            yield RequirementChange(id_, "changed", now[id_].text)


def rows(text: str, ids: Collection[str]) -> str:
    """The Markdown of only the requirements with these ids, each under the headings it stands under."""
    content = without_review_notes(text)
    lines = content.splitlines()
    path: list[_Block] = []
    shown: set[int] = set()
    parts: list[str] = []
    for block in _blocks(content):
        if block.level:
            path = [above for above in path if above.level < block.level]
        if block.requirement and block.requirement.id in ids:
            parts += [lines[above.start] for above in path if above.start not in shown]
            shown.update(above.start for above in path)
            parts.append("\n".join(lines[block.start : block.end]).rstrip())
        if block.level:
            path.append(block)
    return "\n\n".join(parts) + "\n" if parts else ""


def named_requirements(text: str) -> set[str]:
    """The ids that a test source names: `R-001`, and `R001` or `r_001` as they stand in function names."""
    return {f"R-{number}" for number in _NAMED.findall(text)}


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Number (from 0), line, and whether it belongs to a fenced code block."""
    fence = ""
    for number, line in enumerate(text.splitlines()):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
            yield number, line, True
        elif mark and mark.group(1) == fence:
            fence = ""
            yield number, line, True
        else:
            yield number, line, bool(fence)


def _blocks(text: str) -> list[_Block]:
    lines = text.splitlines()
    starts = [number for number, line, fenced in _lines(text) if not fenced and _starts_block(line)]
    levels = {start: _level(lines[start]) for start in starts}
    blocks = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(lines)
        if levels[start] and _ID.match(_title(lines[start])):
            # What stands under the heading of a requirement belongs to it, bullets and deeper headings too.
            end = next((s for s in starts[index + 1 :] if 0 < levels[s] <= levels[start]), len(lines))
        blocks.append(_block(lines, start, end, levels[start]))
    return [block for block in blocks if not _inside_another(block, blocks)]


def _inside_another(block: _Block, blocks: list[_Block]) -> bool:
    return any(other.start < block.start < other.end for other in blocks)


def _starts_block(line: str) -> bool:
    bullet = _BULLET.match(line) and not _ACCEPTANCE.fullmatch(line)
    return bool(bullet or _HEADING.fullmatch(line))


def _level(line: str) -> int:
    heading = _HEADING.fullmatch(line)
    return len(heading.group(1)) if heading else 0


def _title(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    if heading:
        return heading.group(2)
    bullet = _BULLET.match(line)
    return bullet.group(1) if bullet else ""


def _block(lines: list[str], start: int, end: int, level: int) -> _Block:
    title = _title(lines[start])
    body = lines[start + 1 : end]
    found = next((match for match in map(_ACCEPTANCE.fullmatch, body) if match), None)
    named = _ID.fullmatch(title)
    looks_like_one = bool(_LOOKS_LIKE_ID.match(title)) or (found is not None and not level)
    if not named and not looks_like_one:
        return _Block(start, end, level, title, None)
    first = named.group(2) if named else title
    text = " ".join([first, *_continuation(body)]).strip()
    requirement = Requirement(named.group(1) if named else "", text, _acceptance(body), start + 1)
    return _Block(start, end, level, title, requirement)


def _continuation(body: list[str]) -> list[str]:
    """The lines of a requirement's own sentence that follow its first one."""
    words: list[str] = []
    for line in body:
        if not line.strip() and words:
            break
        if _ACCEPTANCE.fullmatch(line) or _BULLET.match(line.strip()):
            break
        if line.strip():
            words.append(line.strip())
    return words


def _acceptance(body: list[str]) -> str:
    """The text after "Acceptance:", with the lines that go on from it."""
    for number, line in enumerate(body):
        found = _ACCEPTANCE.fullmatch(line)
        if found:
            more: list[str] = []
            for following in body[number + 1 :]:
                if found.group(1) and _BULLET.match(following.strip()):
                    break
                if not following.strip() and (more or found.group(1)):
                    break
                more.append(re.sub(r"^\s*[-*+]\s+", "", following).strip())
            return " ".join([found.group(1), *more]).strip()
    return ""
