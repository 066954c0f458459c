"""`meta lint` and `meta wisdom lint` over the files of cards in force, each against the document it was written for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from engine.document.parser import parse
from engine.document.problems import Problem
from engine.resources import document, meta_home
from engine.wisdom.library import CASES, DOCUMENT, LEARNED, TAGS, collections_in_force, learned, read_text
from engine.wisdom.lint import lint_cards
from engine.wisdom.lint_applies import Known
from engine.wisdom.lint_cases import lint_cases
from engine.wisdom.lint_together import lint_tags, lint_together
from engine.wisdom.model import Card, WisdomError
from engine.wisdom.parse import ENDING, parse_cards
from engine.wisdom.tags import parse_tags

FOLDER = "wisdom"


def is_wisdom(path: Path) -> bool:
    """Whether a file is one of cards, the list of their tags, or the worked cases."""
    return path.name.endswith(ENDING) or f"{path.parent.name}/{path.name}" in (TAGS, CASES)


def files_in_force(overlay: Path | None) -> list[Path]:
    """Tags and cases, then every file of cards: those of the overlay before the engine's, and the learned ones."""
    names = [name for name in collections_in_force(overlay) if name != LEARNED]
    cards = [document(f"{FOLDER}/{name}{ENDING}", overlay) for name in names]
    return [document(TAGS, overlay), document(CASES, overlay), *cards, *learned(overlay)]


def lint_files(overlay: Path | None, file: Path | None = None, year: int | None = None) -> dict[Path, list[Problem]]:
    """Each file and its mistakes: all in force, or only `file`, which is then held against the others.

    Raises WisdomError, ResourceError when a file cannot be read.
    """
    files = files_in_force(overlay)
    if file is not None and not any(_same(file, other) for other in files):
        files = [other for other in files if other.name != file.name] + [file]
    texts = {path: read_text(path) for path in files}
    tags = [tag.name for tag in parse_tags(read_text(document(TAGS, overlay)))]
    found = {}
    for path, text in texts.items():
        if _has_cards(path):
            known = Known(_steps(path, overlay), tags, year or date.today().year)
            found[path] = lint_cards(text, str(path), path.name.removesuffix(ENDING), known)
        elif path.name == Path(CASES).name:
            found[path] = lint_cases(text, str(path), _known_cards(path, overlay), _steps(path, overlay) or ())
        else:
            found[path] = lint_tags(text, str(path))
    for problem in lint_together([card for path, text in texts.items() for card in _readable(path, text)]):
        found[Path(problem.path)].append(problem)
    return {path: sorted(one) for path, one in found.items() if file is None or _same(path, file)}


def steps_of(text: str, path: str) -> dict[str, tuple[str, ...]] | None:
    """Step → the collections it draws on; None if the document is too broken to tell."""
    found = parse(text, path).orchestration
    return {step.name: step.wisdom for step in found.steps()} if found else None


def _steps(path: Path, overlay: Path | None) -> Mapping[str, Collection[str]] | None:
    """What the cards of a file may name: the engine's are written for its own document, others for the one in force."""
    ours = _same(path.parent.parent, meta_home())
    place = document(DOCUMENT, None if ours else overlay)
    steps = steps_of(read_text(place), str(place))
    if steps is None or path.name != f"{LEARNED}{ENDING}":
        return steps
    drawn: defaultdict[str, list[str]] = defaultdict(list)
    for name, collections in steps.items():
        drawn[name] += [LEARNED] if collections else []
    return drawn


def _known_cards(path: Path, overlay: Path | None) -> dict[str, Card]:
    """The cards that cases may name: the engine's cases are written for its own, others for those in force."""
    whose = None if _same(path.parent.parent, meta_home()) else overlay
    files = [one for one in files_in_force(whose) if _has_cards(one)]
    return {card.id: card for one in files for card in _readable(one, read_text(one))}


def _has_cards(path: Path) -> bool:
    return path.name.endswith(ENDING)


def _readable(path: Path, text: str) -> list[Card]:
    """The cards of a file; none where the loader would refuse it: what is wrong there is told already."""
    if not _has_cards(path):
        return []
    try:
        return parse_cards(text, str(path))
    except WisdomError:
        return []


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
