"""The field list of a phase or step: bullets of the form `**Name**: value`, below the purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.document.model import Position
from engine.document.outline import Block, Item, Section
from engine.document.passage import Passage
from engine.document.problems import Report, quoted, suggestion

FIELDS = (
    "Level",
    "Modes",
    "For each",
    "Action",
    "Inputs",
    "Outputs",
    "Wisdom",
    "Approval",
    "Lanes",
    "Lands",
    "When",
)
"""What a phase or step can say of itself. The order in the document does not matter; each stands there once at most.

Level: `meta` for a step of the app, `LEGO` for one that has the field `For each`. It is there for the reader: left
  out, it follows from `For each`, and it may not contradict it.
Modes: A list of `new` (a first build), `maintenance` and `upgrade`. In any other mode the step is skipped. Left out:
  `new`.
For each: `LEGO` makes one instance of the step for every LEGO of the plan. `LEGO where decision is NEW or REFACTOR`
  makes one only where the plan decides so; the decisions are `NEW`, `KEEP`, `REFACTOR` and `REGENERATE`. `LEGO where
  kind is app` makes one only for LEGOs of that kind; the kinds are `component`, `entry` and `app`. `and` joins the two.
  Left out, the step runs once.
Action: The name of an engine action. Such a step has no sessions, hence no Gen and no Review; it may have criteria.
Inputs: Artifacts, comma separated. They decide the order: a step waits for whoever makes one of them, its sessions are
  told them, and the step becomes stale when one changes.
Outputs: Artifacts, comma separated, each made by this step alone. Whatever else a session changes makes it fail. A
  step for each LEGO names `{lego}` in every output.
Wisdom: Collections of cards, comma separated: each is a file `.meta/wisdom/NAME_wisdom.md`. Left out, no card is told.
Approval: `required`: it waits for a person once its work has landed. `when sensitive`: only in a sensitive app.
  `none`, or left out: nobody is asked.
Lanes: A list of `full` and `tiny`. In any other lane the step is skipped. `tiny (no Review)` keeps the step and leaves
  out its Review; the full lane always reviews. Left out: both lanes, with Review.
Lands: `at once`: what the check passed goes onto the branch. `at merge`: it waits on the LEGO's own line for the step
  that merges it; only a step for each LEGO can wait. Left out: `at once`.
When: `sensitive`: the step is skipped in any other app. `always`, or left out: it runs.
"""

LONGEST_SENTENCE = 2_000

_FIELD = re.compile(r"\*\*([^*]+)\*\*\s*:(.*)", re.DOTALL)


@dataclass(slots=True)
class Fields:
    """The text above the fields, the value of each field, and where each field's name stands."""

    purpose: str = ""
    values: dict[str, Passage] = field(default_factory=dict)
    names: dict[str, Position] = field(default_factory=dict)

    def get(self, name: str) -> Passage | None:
        """The value of a field, None if it is not there."""
        return self.values.get(name)

    def place(self, name: str, fallback: Position) -> Position:
        """Where the value of a field begins; `fallback` without that field."""
        value = self.values.get(name)
        return value.position() if value else fallback


def read_fields(section: Section, report: Report) -> Fields:
    """The purpose and the fields of a phase or step."""
    start = next((index for index, block in enumerate(section.blocks) if _is_field_list(block)), None)
    first_heading = section.children[0].position.line - 1 if section.children else section.end
    if start is None:
        return Fields(section.text(first_heading))
    fields = Fields(section.text(section.blocks[start].position.line - 1))
    for block in section.blocks[start:]:
        if _is_field_list(block):
            for item in block.items:
                sentence = read_item(item, report)
                if sentence:
                    _read_field(sentence, fields, report)
        elif block.kind != "html_block":
            report.add(block.position, "nobody reads text below the fields: the purpose stands above them")
    return fields


def read_list(section: Section, report: Report) -> list[Passage]:
    """The sentences of a section that is nothing but a bullet list."""
    found: list[Passage] = []
    for block in section.blocks:
        if block.kind == "bullet_list":
            found += [sentence for item in block.items if (sentence := read_item(item, report))]
        elif block.kind != "html_block":
            report.add(block.position, "only a bullet list can stand here: nobody reads this text")
    for child in section.children:
        report.add(child.position, f"no heading can stand inside a list: {quoted(child.title.text)}")
    if not any(block.items for block in section.blocks):
        report.add(section.position, f"{quoted(section.title.text)} has no sentence below it")
    return found


def read_item(item: Item, report: Report) -> Passage | None:
    """The one sentence of a bullet, None if there is none."""
    if item.extra:
        report.add(item.extra, "a bullet holds one sentence: this does not belong to it")
    if not item.passage.text:
        report.add(item.passage.position(), "this bullet is empty")
        return None
    if len(item.passage.text) > LONGEST_SENTENCE:
        report.add(item.passage.position(), f"this bullet is longer than {LONGEST_SENTENCE:,} characters")
        return None
    return item.passage


def _is_field_list(block: Block) -> bool:
    return any(item.passage.text.startswith("**") for item in block.items)


def _read_field(item: Passage, fields: Fields, report: Report) -> None:
    found = _FIELD.fullmatch(item.text)
    if not found:
        report.add(item.position(), f"{quoted(item.text)} is no field: write `- **Name**: value`")
        return
    name, value = item.group(found, 1), item.group(found, 2)
    if name.text not in FIELDS:
        report.add(name.position(), f"unknown field {quoted(name.text)}{suggestion(name.text, FIELDS)}")
    elif name.text in fields.values:
        report.add(name.position(), f"the field {quoted(name.text)} stands here a second time")
    elif not value.text:
        report.add(name.position(), f"the field {quoted(name.text)} has no value")
    else:
        fields.values[name.text] = value
        fields.names[name.text] = name.position()
