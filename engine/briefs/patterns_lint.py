"""What is wrong with the files of patterns, all of it at once: `file:line:column: message`."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from engine.briefs.patterns import COMMON, FIELDS, FILES, MOST, TOKENS, Pattern, entries, lacking
from engine.document.parser import load
from engine.document.problems import Problem, suggestion
from engine.gates.criteria import UnknownCriterion, find
from engine.resources import document

FEWEST_SIGNS = 4
CHECKED = "Checked by"
SIDE = "For "
_SOURCE = re.compile(r"\S.*, (1[89]|20)\d\d")


def lint_pattern_files(overlay: Path | None = None) -> dict[Path, list[Problem]]:
    """The mistakes of each file of patterns in force. Raises DocumentError if the document with the steps has some."""
    steps = {step.name for step in load(document("AGENTS.md", overlay)).steps()}
    found = {}
    for kind in FILES:
        path = document(f"patterns/{kind}.md", overlay)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found[path] = [Problem(str(path), 1, 1, f"cannot be read: {error}")]
            continue
        found[path] = lint_patterns(text, str(path), kind, steps)
    return found


def lint_patterns(text: str, path: str, kind: str, steps: Collection[str]) -> list[Problem]:
    """The mistakes of a file of that kind; `steps` are those an entry may name."""
    found: list[Problem] = []
    seen: dict[str, int] = {}
    for one in entries(text, kind):
        messages = [message for check in (_fields, _source, _signs, _length, _criterion) for message in check(one)]
        messages += _steps(one, steps)
        if one.id in seen:
            messages.append(f"{one.id} stands on line {seen[one.id]} already: give this one another number")
        seen.setdefault(one.id, one.line)
        found += [Problem(path, one.line, 1, f"{one.id}: {message}") for message in messages]
    if not seen:
        found.append(Problem(path, 1, 1, "there is no entry: each begins with a heading such as `## ANTI-001 Title`"))
    return found


def _fields(pattern: Pattern) -> list[str]:
    names = [name for name, _ in pattern.fields]
    known = {*COMMON, *FIELDS[pattern.kind], CHECKED}
    strange = [name for name in names if name not in known and not name.startswith(SIDE)]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        *(f"has no line `- **{name}**: …`" for name in lacking(pattern)),
        *(f"nobody reads the field {name!r}; known are: {', '.join(sorted(known))}" for name in strange),
        *(f"the field {name!r} stands there twice" for name in twice),
    ]


def _source(pattern: Pattern) -> list[str]:
    source = pattern.field("Source")
    known = not source or _SOURCE.fullmatch(source)
    return [] if known else ["the source is not of the form person, *work*, year"]


def _signs(pattern: Pattern) -> list[str]:
    few = len(set(pattern.signs)) < FEWEST_SIGNS
    return [f"has fewer than {FEWEST_SIGNS} different signs: it would hardly be found"] if few else []


def _length(pattern: Pattern) -> list[str]:
    tokens, most = pattern.tokens, TOKENS // MOST
    return [f"a session would be told {tokens} tokens, at most {most}: shorten it"] if tokens > most else []


def _criterion(pattern: Pattern) -> list[str]:
    sentence = pattern.field(CHECKED).partition(" (")[0]
    try:
        if sentence:
            find(sentence)
    except UnknownCriterion as error:
        return [str(error)]
    return []


def _steps(pattern: Pattern, steps: Collection[str]) -> list[str]:
    if pattern.field("Applies to") and not pattern.steps:
        return ["the field 'Applies to' names no step; write each in back quotes"]
    return [
        f"there is no step `{step}`{suggestion(step, sorted(steps))}" for step in pattern.steps if step not in steps
    ]
