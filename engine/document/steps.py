"""One step: its fields, and the sections Gen, Review, Change and Check below it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import get_args

from engine.document import values
from engine.document.fields import Fields, read_list
from engine.document.model import Approval, Criterion, Lands, Position, Step, When
from engine.document.outline import Section
from engine.document.problems import Report, quoted, suggestion
from engine.document.references import references

PARTS = {"Gen": "Gen", "Review": "Review", "Change": "Change", "Check": "Check", "Exit criteria": "Check"}
"""Each heading below a step → the part it opens."""


@dataclass(slots=True)
class Body:
    """What stands under the headings of a step."""

    gen: str = ""
    review: str = ""
    change: str = ""
    criteria: tuple[Criterion, ...] = ()
    places: dict[str, Position] = field(default_factory=dict)


def read_step(name: str, position: Position, phase: int, fields: Fields, body: Body, report: Report) -> Step:
    """A step from its fields and what stands under its headings."""
    step = _from_fields(name, position, phase, fields, report)
    return replace(
        step,
        gen=body.gen,
        review=body.review,
        change=body.change,
        criteria=body.criteria,
        places={**step.places, **body.places},
    )


def read_body(sections: list[Section], level: int, report: Report) -> Body:
    """The parts of a step, which are headings of that level."""
    body = Body()
    for section in sections:
        title = section.title.text
        part = PARTS.get(title)
        if part is None:
            report.add(section.position, f"unknown heading {quoted(title)}{suggestion(title, [*PARTS, 'Step: name'])}")
        elif section.level != level:
            report.add(section.position, f"write this heading with {'#' * level}: it has {'#' * section.level}")
        elif part in body.places:
            report.add(section.position, f"a second {quoted(title)} of the same step")
        else:
            _read_part(part, section, body, report)
    return body


def _read_part(part: str, section: Section, body: Body, report: Report) -> None:
    body.places[part] = section.position
    if part == "Gen":
        body.gen = section.text()
    elif part == "Review":
        body.review = section.text()
    elif part == "Change":
        body.change = section.text()
    else:
        sentences = read_list(section, report)
        body.criteria = tuple(Criterion(sentence.text, sentence.position(), sentence.anchors) for sentence in sentences)


def _from_fields(name: str, position: Position, phase: int, fields: Fields, report: Report) -> Step:
    action, wisdom, for_each = fields.get("Action"), fields.get("Wisdom"), fields.get("For each")
    inputs, outputs = fields.get("Inputs"), fields.get("Outputs")
    tags = values.words(wisdom, report) if wisdom else []
    lanes, lanes_without_review = values.lanes(fields.get("Lanes"), report)
    chosen = values.chosen_legos(for_each, report)
    _check_level(fields, report)
    places = {f"Wisdom {tag.text}": tag.position() for tag in tags}
    if action:
        places["Action"] = action.position()
    return Step(
        name=name,
        phase=phase,
        position=position,
        purpose=fields.purpose,
        modes=values.modes(fields.get("Modes"), values.DEFAULT_MODES, report),
        per_lego=for_each is not None,
        decisions=chosen.get("decision", ()),
        kinds=chosen.get("kind", ()),
        action=action.text if action else "",
        inputs=references(inputs, report) if inputs else (),
        outputs=references(outputs, report) if outputs else (),
        wisdom=tuple(tag.text for tag in tags),
        approval=values.choice(fields.get("Approval"), get_args(Approval), "none", report),
        lands=values.choice(fields.get("Lands"), get_args(Lands), "at once", report),
        when=values.choice(fields.get("When"), get_args(When), "always", report),
        lanes=lanes,
        lanes_without_review=lanes_without_review,
        places=places,
    )


def _check_level(fields: Fields, report: Report) -> None:
    level, for_each = fields.get("Level"), fields.get("For each")
    named = values.choice(level, values.LEVELS, "LEGO" if for_each else "meta", report)
    if level and (named == "LEGO") != (for_each is not None):
        report.add(
            level.position(),
            "a step of level `meta` has no field `For each`; one of level `LEGO` has `- **For each**: LEGO`",
        )
