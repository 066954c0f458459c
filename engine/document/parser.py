"""The compiler of the orchestration document: Markdown text → `Orchestration`, or every problem with its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from engine.document.fields import read_list
from engine.document.lint import lint, lint_words
from engine.document.model import Orchestration, Phase, Position, Valves
from engine.document.outline import Section, outline, source_lines
from engine.document.phases import read_phase
from engine.document.problems import DocumentError, Problem, Report, quoted
from engine.document.valves import read_valves
from engine.document.vocabulary import Vocabulary

__all__ = ["DocumentError", "Parsed", "Problem", "load", "parse"]

VALVES_TITLE = "Safety valves"
RULES_TITLE = "Rules for every session"
CHANGE_RULES_TITLE = "Rules for a change"
LARGEST = 262_144
"""No document that people read is larger, in characters."""

_PHASE = re.compile(r"Phase ([0-9]{1,4}): *(\S.*)", re.DOTALL)
_LIKE_A_PHASE = re.compile(r"phases?\b|\w+ +[0-9]+ *:", re.IGNORECASE)
_TOP = Position(1, 1)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document that was read. `orchestration` is None if it breaks the grammar; lint's findings leave it usable."""

    orchestration: Orchestration | None
    problems: list[Problem]


def parse(text: str, path: str, vocabulary: Vocabulary | None = None) -> Parsed:
    """Read a document; with a vocabulary also lint it. All problems are found, in order; nothing is raised."""
    report = Report(path)
    _check_text(text, report)
    if report:
        return Parsed(None, report.problems())
    orchestration = _read(text, path, report)
    if report:
        words = lint_words(orchestration, vocabulary) if vocabulary else []
        return Parsed(None, sorted({*report.problems(), *words}))
    return Parsed(orchestration, lint(orchestration, vocabulary) if vocabulary else [])


def load(path: Path, vocabulary: Vocabulary | None = None) -> Orchestration:
    """The orchestration in a file. Raises DocumentError with every problem in it."""
    parsed = parse(_text(path), str(path), vocabulary)
    if parsed.orchestration is None or parsed.problems:
        raise DocumentError(parsed.problems)
    return parsed.orchestration


def _text(path: Path) -> str:
    def refuse(message: str, position: Position = _TOP) -> DocumentError:
        return DocumentError([Problem(str(path), position.line, position.column, message)])

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise refuse("there is no such file: name an orchestration document") from None
    except IsADirectoryError:
        raise refuse("this is a folder: name an orchestration document") from None
    except OSError as error:
        raise refuse(f"the file cannot be read: {error.strerror}") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = source_lines(data[: error.start].decode("utf-8"))
        place = Position(len(before), len(before[-1]) + 1)
        raise refuse("the document is not UTF-8 text from here on: save it as UTF-8", place) from None


def _check_text(text: str, report: Report) -> None:
    if not text.strip():
        report.add(_TOP, "the document is empty: it needs at least `## Phase 0: Title`")
    elif len(text) > LARGEST:
        report.add(_TOP, f"the document has {len(text):,} characters: at most {LARGEST:,} are read")
    elif "\0" in text:
        before = source_lines(text[: text.index("\0")])
        report.add(Position(len(before), len(before[-1]) + 1), "a NUL character: this is no text")


def _read(text: str, path: str, report: Report) -> Orchestration:
    sections = outline(text.removeprefix("\ufeff"), report)
    titles = [section for section in sections if section.level == 1]
    for section in titles[1:]:
        report.add(section.position, f"a second title: write {quoted(section.title.text)} with `##` or deeper")
    parts = [section for section in sections if section.level == 2]
    valves = _only(VALVES_TITLE, parts, report)
    rules = _only(RULES_TITLE, parts, report)
    change_rules = _only(CHANGE_RULES_TITLE, parts, report)
    return Orchestration(
        path=path,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        title=titles[0].title.text if titles else "",
        phases=_phases(parts, report),
        valves=read_valves(read_list(valves, report), report) if valves else Valves(),
        rules=rules.text() if rules else "",
        change_rules=change_rules.text() if change_rules else "",
    )


def _only(title: str, sections: Iterable[Section], report: Report) -> Section | None:
    found = [section for section in sections if section.title.text == title]
    for section in found[1:]:
        report.add(section.position, f"a second section {quoted(title)}")
    return found[0] if found else None


def _phases(sections: Iterable[Section], report: Report) -> tuple[Phase, ...]:
    phases: list[Phase] = []
    for section in sections:
        found = _PHASE.fullmatch(section.title.text)
        if not found:
            _check_other(section, report)
            continue
        number = int(found[1])
        if number != len(phases):
            place = section.title.group(found, 1).position()
            report.add(place, f"phase {len(phases)} comes here, not {number}: phases are numbered from 0 without gaps")
        phases.append(read_phase(section, number, section.title.group(found, 2), report))
    if not phases:
        report.add(_TOP, "the document has no phase: it needs at least `## Phase 0: Title`")
    return tuple(phases)


def _check_other(section: Section, report: Report) -> None:
    """Other sections are for the reader, unless a slip of the pen made them so."""
    title = section.title.text
    known = (VALVES_TITLE, RULES_TITLE, CHANGE_RULES_TITLE)
    near = get_close_matches(title[:100], known, n=1, cutoff=0.8)
    if near and title not in known:
        report.add(section.position, f"unknown section {quoted(title)}; did you mean {quoted(near[0])}?")
    elif _LIKE_A_PHASE.match(title):
        report.add(section.position, f"{quoted(title)} looks like a phase: write `## Phase N: Title`")
