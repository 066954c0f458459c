"""What a retrospective proposes and a person approves: an entry, which is a card or a pattern, and where each lies."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import platformdirs

from engine.briefs import patterns
from engine.briefs.patterns import LEARNED_KINDS, Pattern, parse_patterns
from engine.briefs.patterns_lint import lint_patterns
from engine.configuration.load import APPLICATION
from engine.document.problems import Problem
from engine.learning.evidence import Names
from engine.wisdom import library
from engine.wisdom.lint import LEARNED_PREFIX, lint_cards
from engine.wisdom.lint_applies import Known
from engine.wisdom.model import Card, WisdomError
from engine.wisdom.parse import ENDING, parse_cards

Entry: TypeAlias = Card | Pattern
HEADING = "## "
_PATTERN_PREFIXES = (*LEARNED_KINDS, "ANTI", "OK", "TRD")
_PATTERN = re.compile(rf"{HEADING}(?:{'|'.join(_PATTERN_PREFIXES)})-")
_ANY_YEAR = 9999
"""The source of a learned entry is a run, whose year is written by the engine."""


@dataclass(frozen=True)
class Sort:
    """One sort of entry. `word` is what a person calls it; a file of them lies in `folder` of a `.meta`."""

    word: str
    folder: str
    file: str
    head: str
    read: Callable[[str, str], Sequence[Entry]]
    """Text and path to entries. Raises WisdomError."""
    lint: Callable[[str, str, Names], list[Problem]]
    there: Callable[[Path | None], list[Path]]
    """The learned files that are there, of the user and of an overlay."""

    def learned_file(self, overlay: Path | None) -> Path:
        """Where approved ones go: the user's own file, or the workspace's whose overlay it is."""
        home = overlay / self.folder if overlay else Path(platformdirs.user_config_path(APPLICATION))
        return home / self.file


def _lint_cards(text: str, path: str, names: Names) -> list[Problem]:
    known = Known({step: (library.LEARNED,) for step in names.steps}, names.tags, _ANY_YEAR)
    strange = [one for one in readable(CARDS, text, path) if not one.id.startswith(f"{LEARNED_PREFIX}-")]
    return lint_cards(text, path, library.LEARNED, known) + [
        Problem(path, one.line, 1, f"{one.id}: the id of a learned card begins with {LEARNED_PREFIX}-")
        for one in strange
    ]


def _read_patterns(text: str, path: str) -> list[Pattern]:
    return parse_patterns(text, path, patterns.LEARNED)


def _lint_patterns(text: str, path: str, names: Names) -> list[Problem]:
    return lint_patterns(text, path, patterns.LEARNED, names.steps)


_HEAD = (
    "# Learned {0}\n\nWhat runs taught: each {1} was proposed by a retrospective and approved by a person.\n"
    "`meta wisdom lint` checks this file; edit or delete what turns out wrong.\n"
)
CARDS = Sort(
    word="card",
    folder="wisdom",
    file=f"{library.LEARNED}{ENDING}",
    head=_HEAD.format("wisdom", "card"),
    read=parse_cards,
    lint=_lint_cards,
    there=library.learned,
)
PATTERNS = Sort(
    word="pattern",
    folder=patterns.FOLDER,
    file=f"{patterns.LEARNED}.md",
    head=_HEAD.format("patterns", "pattern"),
    read=_read_patterns,
    lint=_lint_patterns,
    there=patterns.learned,
)
SORTS = (CARDS, PATTERNS)


def sort_of(entry: Entry) -> Sort:
    """Which sort an entry is of."""
    return PATTERNS if isinstance(entry, Pattern) else CARDS


def part(text: str, sort: Sort) -> str:
    """The text with the entries of that sort alone, each in its line."""
    lines, ours = [], True
    for line in text.splitlines():
        if line.startswith(HEADING):
            ours = bool(_PATTERN.match(line)) == (sort is PATTERNS)
        lines.append(line if ours else "")
    return "".join(f"{line}\n" for line in lines)


def readable(sort: Sort, text: str, path: str) -> Sequence[Entry]:
    """The entries; none where the loader would refuse one: what is wrong there is told already."""
    try:
        return sort.read(text, path)
    except WisdomError:
        return []


def written(entry: Entry, id_: str, fields: Sequence[tuple[str, str]]) -> str:
    """The entry as it stands in a file."""
    return "\n".join([f"{HEADING}{id_} {entry.title}", *(f"- **{name}**: {text}" for name, text in fields)]) + "\n"
