"""What is wrong with one file of patterns, all of it at once: `file:line:column: message`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from engine.briefs.patterns import COMMON, FIELDS, LEARNED, LEARNED_KINDS, MOST, TOKENS, Pattern, entries, lacking
from engine.document.problems import Problem, quoted, suggestion
from engine.wisdom.lint import count_words

FEWEST_SIGNS = 4
CHECKED = "Checked by"
EVIDENCE = "Evidence"
SIDE = "For "
MOST_WORDS = {"Source": 20, "Symptom": 30, EVIDENCE: 40}
"""Of the lines that no session is told; what is told counts by tokens."""
_SOURCE = re.compile(r"\S.*, (1[89]|20)\d\d")
_HEADING = re.compile(r"## [A-Z]+-\d{3,} .+")
_LINE = re.compile(r"- \*\*[^*]+\*\*: .+")


def lint_patterns(text: str, path: str, kind: str, steps: Collection[str] | None) -> list[Problem]:
    """The mistakes of a file of that kind; `steps` are those an entry may name, None: not checked."""
    found = [Problem(path, line, 1, message) for line, message in _strange_lines(text)]
    seen: dict[str, int] = {}
    for one in entries(text, kind, path):
        messages = [*_id(one), *_fields(one, kind == LEARNED), *_signs(one), *_length(one)]
        messages += [] if kind == LEARNED else _source(one)
        messages += [] if steps is None else _steps(one, steps)
        if one.id in seen:
            messages.append(f"{one.id} stands on line {seen[one.id]} already: give this one another number")
        seen.setdefault(one.id, one.line)
        found += [Problem(path, one.line, 1, f"{one.id}: {message}") for message in messages]
    if not seen:
        example = "LAP" if kind == LEARNED else "ANTI"
        found.append(
            Problem(path, 1, 1, f"there is no entry: each begins with a heading like `## {example}-001 Title`")
        )
    return found


def _strange_lines(text: str) -> Iterator[tuple[int, str]]:
    """What stands below a heading and would be read by nobody."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            inside = True
            if not _HEADING.fullmatch(line):
                yield number, f"{quoted(line)} is no head of a pattern: write `## ABC-001 Title`"
        elif inside and line.strip() and not _LINE.fullmatch(line):
            yield number, f"{quoted(line)} is no line of a pattern: write `- **Field**: text` on one line"


def _id(pattern: Pattern) -> list[str]:
    """Whose form an entry of the learned file has is known by its id alone."""
    if pattern.kind != LEARNED:
        return []
    kinds = " or ".join(f"{prefix}- ({kind})" for prefix, kind in LEARNED_KINDS.items())
    return [f"the id of a learned pattern begins with {kinds}".replace("_", " ")]


def _fields(pattern: Pattern, learned: bool) -> list[str]:
    names = [name for name, _ in pattern.fields]
    known = {*COMMON, *FIELDS.get(pattern.kind, ()), EVIDENCE if learned else CHECKED}
    strange = [] if pattern.kind == LEARNED else [name for name in names if name not in known]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        *(f"has no line `- **{name}**: …`" for name in lacking(pattern)),
        *(
            f"nobody reads the field {name!r}; known are: {', '.join(sorted(known))}"
            for name in strange
            if learned or not name.startswith(SIDE)
        ),
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
    found = [f"a session would be told {tokens} tokens, at most {most}: shorten it"] if tokens > most else []
    for name, limit in MOST_WORDS.items():
        if (count := count_words(pattern.field(name))) > limit:
            found.append(f"`{name}` has {count} words: {limit} at most, say it shorter")
    return found


def _steps(pattern: Pattern, steps: Collection[str]) -> list[str]:
    if pattern.field("Applies to") and not pattern.steps:
        return ["the field 'Applies to' names no step; write each in back quotes"]
    return [
        f"there is no step `{step}`{suggestion(step, sorted(steps))}" for step in pattern.steps if step not in steps
    ]
