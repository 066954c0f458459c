"""What is wrong with the line "Applies to": steps, substeps and tags that are not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.document.model import Position
from engine.document.problems import Report, quoted, suggestion
from engine.wisdom.lines import RawCard, RawField
from engine.wisdom.model import APPLIES, BETWEEN_STEPS_AND_TAGS, TOLD

MOST_STEPS = MOST_TAGS = 4


@dataclass(frozen=True)
class Known:
    """What cards may refer to: step → its collections (None: not checked), the tags, and the last possible year."""

    steps: Mapping[str, Collection[str]] | None
    tags: Collection[str]
    year: int


def check_applies(card: RawCard, collection: str, known: Known, report: Report) -> None:
    """Report every step, substep and tag of a card that does not exist or does not draw on its collection."""
    field = card.field("Applies to")
    if field is None:
        return
    steps, dot, tags = field.text.partition(BETWEEN_STEPS_AND_TAGS)
    _check_steps(steps, field, collection, known.steps, report)
    if dot:
        _check_tags(tags, field, len(steps) + len(dot), known.tags, report)
    else:
        report.add(field.text_position, "no ` · ` before the tags; write `` `step` · tag, tag ``")


def _check_steps(
    written: str, field: RawField, collection: str, steps: Mapping[str, Collection[str]] | None, report: Report
) -> None:
    found = list(APPLIES.finditer(written))
    if not 1 <= len(found) <= MOST_STEPS:
        report.add(field.text_position, f"{len(found)} steps in back quotes: name one to {MOST_STEPS}")
    if found and (rest := re.sub(r"[\s,]", "", APPLIES.sub("", written))):
        report.add(field.text_position, f"{quoted(rest)} is no step in back quotes")
    names: list[str] = []
    for one in found:
        name, substep, place = one["step"], one["substep"], field.place(one.start("step"))
        if name in names:
            report.add(place, f"{quoted(name)} stands here a second time")
        elif steps is not None:
            _check_step(name, place, collection, steps, report)
        if substep is not None and substep not in TOLD:
            where = field.place(one.start("substep"))
            report.add(where, f"unknown substep {quoted(substep)}{suggestion(substep, TOLD)}")
        names.append(name)


def _check_step(
    name: str, place: Position, collection: str, steps: Mapping[str, Collection[str]], report: Report
) -> None:
    drawing = sorted(step for step in steps if collection in steps[step])
    if name not in steps:
        report.add(place, f"no step has the name {quoted(name)}{suggestion(name, drawing or sorted(steps))}")
    elif name not in drawing:
        those = f"; these do: {', '.join(f'`{step}`' for step in drawing)}" if drawing else ""
        report.add(place, f"the step {quoted(name)} does not draw on the collection `{collection}`{those}")


def _check_tags(written: str, field: RawField, offset: int, known: Collection[str], report: Report) -> None:
    names: list[str] = []
    for part in written.split(","):
        name, place = part.strip(), field.place(offset + len(part) - len(part.lstrip()))
        offset += len(part) + 1
        if not name:
            report.add(place, "no tag stands here: write one, or take the comma out")
        elif name in names:
            report.add(place, f"{quoted(name)} stands here a second time")
        elif name not in known:
            report.add(place, f"unknown tag {quoted(name)}{suggestion(name, sorted(known))}")
        names.append(name)
    if len(names) > MOST_TAGS:
        report.add(field.text_position, f"{len(names)} tags: name one to {MOST_TAGS}, the most specific first")
