"""The values that the fields of a step take, apart from its artifacts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from engine.document.passage import Passage
from engine.document.problems import Report, quoted, suggestion

LEVELS = ("meta", "LEGO")
MODES = ("new", "maintenance", "upgrade")
DEFAULT_MODES = ("new",)
LANES = ("full", "tiny")
DECISIONS = ("NEW", "KEEP", "REFACTOR", "REGENERATE")
KINDS = ("component", "entry", "app")

Word = TypeVar("Word", bound=str)

_FOR_EACH = re.compile(r"LEGO(?:\s+where\s+(.+))?", re.DOTALL)
_CONDITION = re.compile(r"(decision|kind)\s+is\s+(.+)", re.DOTALL)
_CONDITIONS: dict[str, Sequence[str]] = {"decision": DECISIONS, "kind": KINDS}
_LANE = re.compile(r"(.*?)\s*(?:\((.*)\))?", re.DOTALL)


def choice(value: Passage | None, known: Sequence[Word], default: Word, report: Report) -> Word:
    """The one word of `known` that the value is."""
    if value is None:
        return default
    for word in known:
        if value.text == word:
            return word
    report.add(value.position(), f"unknown value {quoted(value.text)}{suggestion(value.text, known)}")
    return default


def words(value: Passage, report: Report) -> list[Passage]:
    """The comma separated parts of a value, without empty and double ones."""
    parts: dict[str, Passage] = {}
    for part in value.split(","):
        if not part.text:
            report.add(part.position(), "a word is missing here: there is a comma too many")
        elif part.text in parts:
            report.add(part.position(), f"{quoted(part.text)} stands here a second time")
        else:
            parts[part.text] = part
    return list(parts.values())


def modes(value: Passage | None, default: tuple[str, ...], report: Report) -> tuple[str, ...]:
    """The modes of the work in which a step runs."""
    if value is None:
        return default
    return tuple(part.text for part in words(value, report) if _known(part, MODES, "mode", report))


def chosen_legos(value: Passage | None, report: Report) -> dict[str, tuple[str, ...]]:
    """The words after `LEGO where decision is` and `kind is`, by `decision` and `kind`; one left out chooses all."""
    if value is None:
        return {}
    found = _FOR_EACH.fullmatch(value.text)
    if found is None:
        report.add(
            value.position(),
            f"{quoted(value.text)} is not known: write `LEGO`, or `LEGO where decision is NEW, REFACTOR or REGENERATE`",
        )
        return {}
    chosen: dict[str, tuple[str, ...]] = {}
    for condition in value.group(found, 1).split(r"\s+and\s+") if found[1] else []:
        parts = _CONDITION.fullmatch(condition.text)
        if parts is None:
            hint = "write `decision is NEW or REFACTOR`, `kind is app`, or both with `and`"
            report.add(condition.position(), f"{quoted(condition.text)} chooses no LEGOs: {hint}")
        elif parts[1] in chosen:
            report.add(condition.position(), f"the {parts[1]} is asked for a second time: name all words in one place")
        else:
            known = _CONDITIONS[parts[1]]
            words = condition.group(parts, 2).split(r"\s*,\s*(?:or\s+)?|\s+or\s+")
            chosen[parts[1]] = tuple(word.text for word in words if _known(word, known, parts[1], report))
    return chosen


def lanes(value: Passage | None, report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lanes that have this step, and those of them that have it without Review."""
    if value is None:
        return LANES, ()
    named: list[str] = []
    without_review: list[str] = []
    for part in words(value, report):
        found = _LANE.fullmatch(part.text)
        assert found, "any text has this form"
        lane, remark = part.group(found, 1), found[2]
        if not _known(lane, LANES, "lane", report):
            continue
        if lane.text in named:
            report.add(lane.position(), f"the lane {quoted(lane.text)} stands here a second time")
            continue
        named.append(lane.text)
        if remark is not None and remark.strip() == "no Review":
            without_review.append(lane.text)
        elif remark is not None:
            place = part.group(found, 2).position()
            report.add(place, f"unknown remark {quoted(remark)}{suggestion(remark, ['no Review'])}")
    return tuple(named), tuple(without_review)


def _known(part: Passage, known: Sequence[str], what: str, report: Report) -> bool:
    if part.text in known:
        return True
    report.add(part.position(), f"unknown {what} {quoted(part.text)}{suggestion(part.text, known)}")
    return False
