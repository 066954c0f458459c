"""`meta lint` and `meta wisdom lint` over all advice in force: the files of patterns, beside those of cards."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from engine.briefs.patterns import FILES, LEARNED, Pattern, entries, files_in_force
from engine.briefs.patterns_lint import CHECKED, lint_patterns
from engine.document.problems import Problem
from engine.gates.criteria import UnknownCriterion, find
from engine.resources import document, meta_home
from engine.wisdom.checking import is_wisdom, lint_files, steps_of
from engine.wisdom.library import DOCUMENT, read_text
from engine.wisdom.lint_together import lint_together


def is_advice(path: Path) -> bool:
    """Whether a file is one of cards, of their tags, or of patterns."""
    return is_wisdom(path) or _is_patterns(path)


def lint_advice(overlay: Path | None, file: Path | None = None) -> dict[Path, list[Problem]]:
    """Each file of cards and patterns with its mistakes: all in force, or only `file`, held against the others.

    Raises WisdomError, ResourceError when a file of cards cannot be read.
    """
    cards = lint_files(overlay, file) if file is None or not _is_patterns(file) else {}
    return {**cards, **(lint_pattern_files(overlay, file) if file is None or _is_patterns(file) else {})}


def lint_pattern_files(overlay: Path | None = None, file: Path | None = None) -> dict[Path, list[Problem]]:
    """The mistakes of each file of patterns in force, or of `file` beside them."""
    files = files_in_force(overlay)
    if file is not None and not any(_same(file, path) for _, path in files):
        files = [(kind, path) for kind, path in files if path.name != file.name] + [(file.stem, file)]
    found: dict[Path, list[Problem]] = {}
    every: list[Pattern] = []
    for kind, path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found[path] = [Problem(str(path), 1, 1, f"cannot be read: {error}")]
            continue
        there = entries(text, kind, str(path))
        found[path] = [*lint_patterns(text, str(path), kind, _steps(path, overlay)), *_criteria(there)]
        every += {one.id: one for one in reversed(there)}.values()
    for problem in lint_together(every):
        found[Path(problem.path)].append(problem)
    return {path: sorted(one) for path, one in found.items() if file is None or _same(path, file)}


def _steps(path: Path, overlay: Path | None) -> Collection[str] | None:
    """What the patterns of a file may name: the engine's are written for its own document."""
    ours = _same(path.parent.parent, meta_home())
    place = document(DOCUMENT, None if ours else overlay)
    return steps_of(read_text(place), str(place))


def _criteria(patterns: Collection[Pattern]) -> Iterator[Problem]:
    """What is said to find an antipattern, and is no criterion."""
    for one in patterns:
        sentence = one.field(CHECKED).partition(" (")[0]
        try:
            if sentence:
                find(sentence)
        except UnknownCriterion as error:
            yield Problem(one.path, one.line, 1, f"{one.id}: {error}")


def _is_patterns(path: Path) -> bool:
    return path.suffix == ".md" and path.stem in (*FILES, LEARNED)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
