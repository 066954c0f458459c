"""One phase: a single step, or several below `### Step: name`."""

from __future__ import annotations

import re

from engine.document.fields import Fields, read_fields
from engine.document.model import Phase, Step
from engine.document.outline import Section
from engine.document.passage import Passage
from engine.document.problems import Report, quoted
from engine.document.steps import Body, read_body, read_step
from engine.names import name_from_title

STEP = re.compile(r"Step:\s*(.*)", re.DOTALL)


def read_phase(section: Section, number: int, title: Passage, report: Report) -> Phase:
    """The phase below one heading."""
    fields = read_fields(section, report)
    if any(STEP.fullmatch(child.title.text) for child in section.children):
        steps = _several(section, number, fields, report)
    else:
        body = read_body(section.children, 3, report)
        steps = [read_step(name_from_title(title.text), title.position(), number, fields, body, report)]
    return Phase(number, title.text, section.position, _level(steps), fields.purpose, tuple(steps))


def _several(section: Section, number: int, phase_fields: Fields, report: Report) -> list[Step]:
    for field, place in phase_fields.names.items():
        report.add(place, f"the field {quoted(field)} belongs below a `### Step:`, as this phase has steps")
    steps = []
    for child in section.children:
        found = STEP.fullmatch(child.title.text)
        if not found:
            message = f"{quoted(child.title.text)} belongs to a step: write it as `####` below its `### Step:`"
            report.add(child.position, message)
            continue
        if child.level != 3:
            report.add(child.position, f"write this heading with ###: it has {'#' * child.level}")
        name = child.title.group(found, 1)
        fields = read_fields(child, report)
        body = read_body(child.children, 4, report) if child.level == 3 else Body()
        steps.append(read_step(name.text, name.position(), number, fields, body, report))
    return steps


def _level(steps: list[Step]) -> str:
    return "LEGO" if steps and all(step.per_lego for step in steps) else "meta"
