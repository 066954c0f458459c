"""Patterns: read them from Markdown, and choose the one or two whose signs stand in the text of the work."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

from engine.briefs.tokens import estimate
from engine.configuration.load import APPLICATION
from engine.resources import document
from engine.wisdom.model import WisdomError
from engine.wisdom.words import terms

FOLDER = "patterns"
FILES = ("antipatterns", "success_patterns", "trade_off_matrix")
FIELDS: dict[str, tuple[str, ...]] = {
    "antipatterns": ("Symptom", "Detect", "Way out"),
    "success_patterns": ("When", "Shape", "Pitfalls"),
    "trade_off_matrix": ("Decides", "In doubt", "Write down", "Example"),
}
"""What every entry of a file has, besides its source, the steps it applies to and its signs."""
TOLD = ("Detect", "Way out", "When", "Shape", "Pitfalls", "Decides", "In doubt", "Write down")
COMMON = ("Source", "Applies to", "Signs")
LEARNED = "learned_patterns"
"""The file of what runs taught: entries of two kinds, told apart by the letters of their ids."""
LEARNED_KINDS = {"LAP": "antipatterns", "LSP": "success_patterns"}
MOST, TOKENS = 2, 250
WEAK = 0.3
"""A pattern with less than this share of the best one's score is not told."""

FIRST = 1.5
"""How much more a pattern counts for the step it names first."""
OFTEN = 4
"""A sign that stands there more often says no more."""

_HEAD = re.compile(r"^## (?P<id>[A-Z]+-\d{3,}) (?P<title>.+)$", re.MULTILINE)
_FIELD = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*: (?P<text>.+)$", re.MULTILINE)
_STEP = re.compile(r"`([a-z][a-z0-9_]*)`")
_WORD = re.compile(r"[a-z]{3,}")


class PatternError(WisdomError):
    """A file of patterns cannot be used."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry. `kind` is the file whose form it has, `line` its heading's; `fields` keeps its lines in order."""

    id: str
    title: str
    kind: str
    line: int
    fields: tuple[tuple[str, str], ...]
    path: str = ""

    def field(self, name: str) -> str:
        """The text of a field; "" if it has none."""
        return dict(self.fields).get(name, "")

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps it is meant for, the one where it matters most first."""
        return tuple(_STEP.findall(self.field("Applies to")))

    @property
    def signs(self) -> tuple[str, ...]:
        """Words that, standing in the text of the work, suggest it."""
        return tuple(sign.strip().lower() for sign in self.field("Signs").split(",") if sign.strip())

    @property
    def text(self) -> str:
        """What a session is told."""
        return "\n".join(f"- {name}: {text}" for name, text in self.fields if name in TOLD)

    @property
    def idea(self) -> frozenset[str]:
        """The terms of what is told, by which two are found to say the same."""
        return frozenset(terms(" ".join(text for name, text in self.fields if name in TOLD)))

    @property
    def tokens(self) -> int:
        """How long it is in a brief, with its heading."""
        return estimate(f"### {self.id} {self.title}\n\n{self.text}\n")


@dataclass(frozen=True, slots=True)
class ChosenPattern:
    """A pattern and why it was chosen."""

    pattern: Pattern
    why: str


def entries(text: str, kind: str, path: str = "") -> list[Pattern]:
    """The entries of a file as they stand, complete or not; those of the learned file are of the kind their id says."""
    heads = list(_HEAD.finditer(text))
    found = []
    for head, end in zip(heads, [*(head.start() for head in heads[1:]), len(text)], strict=False):
        fields = tuple((one["name"], one["text"].strip()) for one in _FIELD.finditer(text[head.end() : end]))
        line = text.count("\n", 0, head.start()) + 1
        own = LEARNED_KINDS.get(head["id"].partition("-")[0], kind) if kind == LEARNED else kind
        found.append(Pattern(head["id"], head["title"].strip(), own, line, fields, path))
    return found


def parse_patterns(text: str, path: str, kind: str) -> list[Pattern]:
    """The entries of a file. Raises PatternError: an entry lacks a field, or its id stands there twice."""
    found = entries(text, kind, path)
    seen: set[str] = set()
    for one in found:
        if missing := lacking(one):
            raise PatternError(f"{path}:{one.line}: {one.id} has no line `- **{missing[0]}**: …`")
        if one.id in seen:
            raise PatternError(f"{path}:{one.line}: {one.id} stands there twice: give one of them another number")
        seen.add(one.id)
    return found


def lacking(pattern: Pattern) -> list[str]:
    """The fields that every entry of its file has and this one has not."""
    return [name for name in (*COMMON, *FIELDS.get(pattern.kind, ())) if not pattern.field(name)]


def patterns(overlay: Path | None = None) -> list[Pattern]:
    """Every pattern there is, a workspace's own files before the engine's, then the learned. Raises PatternError."""
    return [one for kind, path in files_in_force(overlay) for one in _read(kind, path, path.stat().st_mtime_ns)]


def files_in_force(overlay: Path | None = None) -> list[tuple[str, Path]]:
    """The files of patterns, each with its kind."""
    given = [(kind, document(f"{FOLDER}/{kind}.md", overlay)) for kind in FILES]
    return [*given, *((LEARNED, path) for path in learned(overlay))]


def learned(overlay: Path | None) -> list[Path]:
    """The files of learned patterns that are there: the user's own, then the workspace's."""
    homes = [Path(platformdirs.user_config_path(APPLICATION)), *([overlay / FOLDER] if overlay else [])]
    return [path for home in homes if (path := home / f"{LEARNED}.md").is_file()]


def choose_patterns(
    step: str, words: str, overlay: Path | None = None, most: int = MOST, tokens: int = TOKENS
) -> list[ChosenPattern]:
    """At most `most` patterns for a step, together at most `tokens` long, the one with the most signs first.

    Each has a sign in `words`, the text of the work; two are of different files where both fit about equally.
    The same step and words give the same answer. Raises PatternError.
    """
    known = patterns(overlay)
    text = _Text(words)
    spread = Counter(sign for one in known for sign in set(one.signs))
    scored = []
    for one in known:
        present = {sign: n for sign in one.signs if (n := text.count(sign))} if step in one.steps else {}
        if present:
            weights = (
                math.log(1 + len(known) / spread[sign]) * (1 + math.log(min(n, OFTEN))) for sign, n in present.items()
            )
            score = round(sum(weights) * (FIRST if one.steps[0] == step else 1), 6)
            scored.append((score, one, _rarest(present, spread)))
    scored.sort(key=lambda entry: (-entry[0], entry[1].id))
    return _fitting(scored, step, most, tokens)


def _fitting(
    scored: Sequence[tuple[float, Pattern, Sequence[str]]], step: str, most: int, tokens: int
) -> list[ChosenPattern]:
    chosen: list[ChosenPattern] = []
    left, least = tokens, scored[0][0] * WEAK if scored else 0.0
    rest = [entry for entry in scored if entry[0] >= least]
    while rest and len(chosen) < most:
        kinds = {one.pattern.kind for one in chosen}
        entry = next((entry for entry in rest if entry[1].kind not in kinds), rest[0])
        rest.remove(entry)
        if (cost := entry[1].tokens) <= left:
            left -= cost
            chosen.append(ChosenPattern(entry[1], f"applies to {step}, signs: {', '.join(entry[2])}"))
    return chosen


def _rarest(present: Iterable[str], spread: Counter[str]) -> list[str]:
    """The three signs that say most."""
    return sorted(present, key=lambda sign: (spread[sign], sign))[:3]


class _Text:
    """The words of a text, counted, so that a sign is found with any ending."""

    def __init__(self, text: str) -> None:
        found = _WORD.findall(text.lower())
        self._counts = Counter(found)
        self._sorted = sorted(self._counts)
        self._line = f" {' '.join(found)}"

    def count(self, sign: str) -> int:
        """How often it occurs."""
        parts = " ".join(_WORD.findall(sign))
        if " " in parts:
            return self._line.count(f" {parts}")
        if len(parts) < 4:
            return self._counts[parts] + self._counts[parts + "s"]
        total = 0
        for word in self._sorted[bisect_left(self._sorted, parts) :]:
            if not word.startswith(parts):
                break
            total += self._counts[word]
        return total


@lru_cache(maxsize=16)
def _read(kind: str, path: Path, _changed: int) -> tuple[Pattern, ...]:
    try:
        return tuple(parse_patterns(path.read_text(encoding="utf-8"), str(path), kind))
    except (OSError, UnicodeDecodeError) as error:
        raise PatternError(f"{path}:1: cannot be read: {error}") from error
