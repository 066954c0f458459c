"""What of a document changed between two versions, in the terms of that document. Pure but for the parsing of Markdown.

A detail says what kind of thing it is, which one, and whether it was added, changed or removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from engine.document.model import Orchestration, Step
from engine.document.parser import parse
from engine.errors import MetaError
from engine.legos.toolchain_tables import sections
from engine.wisdom.parse import parse_cards

How = Literal["added", "changed", "removed"]
Kind = Literal["instructions", "criteria", "valves", "fields", "rules", "step", "card", "command", "part"]

DOCUMENT = "AGENTS.md"
CARDS = re.compile(r"wisdom/\w+_wisdom\.md|wisdom/learned\.md")
TOOLCHAIN = re.compile(r"toolchains/\w+\.md")
COMMANDS = "Commands"
FIELDS = ("modes", "per_lego", "decisions", "kinds", "action", "wisdom", "approval", "lands", "when", "lanes")


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing in a document that is not as it was. `step`: whose it is, where it belongs to one."""

    kind: Kind
    subject: str
    how: How
    step: str = ""


def details(name: str, old: bytes, new: bytes) -> list[Detail]:
    """What changed in a document of that name; nothing more than that it did, where it cannot be read as one."""
    before, after = (data.decode("utf-8", errors="replace") for data in (old, new))
    try:
        if name == DOCUMENT:
            return list(_orchestration(_parsed(before), _parsed(after)))
        if CARDS.fullmatch(name):
            return list(_compared("card", _cards(before, name), _cards(after, name)))
    except MetaError:
        return []  # an older version of the grammar
    if TOOLCHAIN.fullmatch(name):
        return list(_toolchain(before, after))
    if name.endswith(".md"):
        return list(_compared("part", _parts(before), _parts(after)))
    return []


def same_words(old: Orchestration, new: Orchestration, step: str) -> bool:
    """Whether a step's sessions are told the same by both versions of the document."""
    told = []
    for document in (old, new):
        found = next((one for one in document.steps() if one.name == step), None)
        if found is None:
            return False
        told.append((found.gen, found.review, found.change, document.rules, document.change_rules))
    return told[0] == told[1]


def parsed(data: bytes) -> Orchestration | None:
    """A version of the orchestration document; None if it is of a grammar that this engine does not know."""
    try:
        return _parsed(data.decode("utf-8", errors="replace"))
    except MetaError:
        return None


class _Unreadable(MetaError):
    """It has mistakes by the grammar of now."""


def _parsed(text: str) -> Orchestration:
    found = parse(text, DOCUMENT)
    if found.orchestration is None:
        raise _Unreadable(DOCUMENT)
    return found.orchestration


def _orchestration(old: Orchestration, new: Orchestration) -> Iterator[Detail]:
    before, after = ({step.name: step for step in document.steps()} for document in (old, new))
    for one in _compared("step", dict.fromkeys(before, ""), dict.fromkeys(after, "")):
        yield Detail("step", one.subject, one.how, one.subject)
    for name in before.keys() & after.keys():
        yield from _step(before[name], after[name])
    yield from _compared("valves", _texts(asdict(old.valves)), _texts(asdict(new.valves)))
    rules = [{"rules for every session": one.rules, "rules for a change": one.change_rules} for one in (old, new)]
    yield from _compared("rules", rules[0], rules[1])


def _step(old: Step, new: Step) -> Iterator[Detail]:
    told = [{"Gen": one.gen, "Review": one.review, "Change": one.change} for one in (old, new)]
    criteria = [{one.text: one.text for one in step.criteria} for step in (old, new)]
    found = [
        *_compared("instructions", told[0], told[1]),
        *_compared("criteria", criteria[0], criteria[1]),
        *_compared("fields", _fields(old), _fields(new)),
    ]
    yield from (Detail(one.kind, one.subject, one.how, new.name) for one in found)


def _fields(step: Step) -> dict[str, str]:
    own = {name: str(getattr(step, name)) for name in FIELDS}
    references = {"inputs": step.inputs, "outputs": step.outputs}
    return own | {name: ", ".join(one.text for one in found) for name, found in references.items()}


def _cards(text: str, name: str) -> dict[str, str]:
    return {f"{card.id} {card.title}": str(card.fields) for card in parse_cards(text, name)}


def _toolchain(old: str, new: str) -> Iterator[Detail]:
    """Rows of its tables by their first cell, and the text of its other sections."""
    before, after = _rows(old), _rows(new)
    for title in sorted(before.keys() | after.keys()):
        for one in _compared("part", before.get(title, {}), after.get(title, {})):
            if title == COMMANDS and one.subject:
                yield Detail("command", one.subject, one.how)
            else:
                yield Detail("part", ": ".join(filter(None, [title, one.subject])), one.how)


def _rows(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for title, section in sections(text).items():
        rows = {row.cells[0].text: str([cell.text for cell in row.cells]) for row in section.rows}
        prose = "\n".join(line for line in section.text.splitlines() if not line.startswith("|"))
        found[title] = rows | {"": prose}
    return found


def _parts(text: str) -> dict[str, str]:
    return {title: section.text for title, section in sections(text).items()}


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _compared(kind: Kind, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Detail]:
    """What is in one and not in the other, or differs; an empty text is none."""
    for subject in sorted(old.keys() | new.keys()):
        if subject not in old or (kind == "instructions" and not old[subject] and new[subject]):
            yield Detail(kind, subject, "added")
        elif subject not in new or (kind == "instructions" and old[subject] and not new[subject]):
            yield Detail(kind, subject, "removed")
        elif old[subject] != new[subject]:
            yield Detail(kind, subject, "changed")
