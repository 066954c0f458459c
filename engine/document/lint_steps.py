"""Steps that cannot work, each looked at alone."""

from __future__ import annotations

import re

from engine.briefs.tokens import estimate
from engine.document.model import Orchestration, Position, Reference, Step
from engine.document.problems import Report, quoted
from engine.names import is_name, name_from_title

LONGEST, SHORT = 1_000, 500
"""Tokens of instructions: a tenth of a brief for what is to be done, half of that for what is different in a change."""

_OF_A_LEGO = re.compile(r"\{(?:lego|dependencies)\}")


def lint_steps(orchestration: Orchestration, report: Report) -> None:
    """Report every step that has a wrong name, lacks a part, or has parts that contradict each other."""
    first: dict[str, Step] = {}
    for step in orchestration.steps():
        _check_name(step, first, report)
        _check_work(step, report)
        _check_review(step, report)
        _check_scope(step, report)
        _check_length(step, report)
        for reference in step.outputs:
            _check_output(step, reference, report)


def _check_length(step: Step, report: Report) -> None:
    """A brief has to hold the inputs besides, and what is long is not followed."""
    parts = (("Gen", step.gen, LONGEST), ("Review", step.review, LONGEST), ("Change", step.change, SHORT))
    for part, text, most in parts:
        tokens = estimate(text)
        if tokens > most:
            whose = f"the {part} of {quoted(step.name)}"
            report.add(
                step.place(part), f"{whose} has about {tokens:,} tokens: at most {most:,} leave room for the rest"
            )


def _check_name(step: Step, first: dict[str, Step], report: Report) -> None:
    if not step.name:
        report.add(step.position, "this gives the step no name: a name is made of the letters a to z, digits and `_`")
        return
    if not is_name(step.name):
        better = name_from_title(step.name).lstrip("_0123456789")
        hint = f"; write {quoted(better)}" if better else ""
        rule = "it begins with a letter from a to z, then come small letters, digits and `_`"
        report.add(step.position, f"{quoted(step.name)} cannot name a step: {rule}{hint}")
    earlier = first.setdefault(step.name, step)
    if earlier is not step:
        report.add(step.position, f"a second step {quoted(step.name)}: the first is in line {earlier.position.line}")


def _check_work(step: Step, report: Report) -> None:
    name = quoted(step.name)
    if step.action and step.gen:
        report.add(
            step.place("Gen"), f"the step {name} has an Action and a Gen: it is either the engine's or a session's"
        )
    if not step.action and not step.gen:
        report.add(
            step.place("Gen"), f"the step {name} has neither a text under Gen nor an Action: there is nothing to do"
        )
    if step.gen and not step.criteria:
        report.add(step.position, f"the step {name} has a Gen and no criteria: nothing would say when it is done")
    if step.gen and not step.outputs:
        report.add(step.position, f"the step {name} has a Gen and no Outputs: its session could write nothing")


def _check_review(step: Step, report: Report) -> None:
    name = quoted(step.name)
    if step.review and not step.gen:
        report.add(step.place("Review"), f"the step {name} has a Review and no Gen: there is nothing to review")
    if step.gen and "full" in step.lanes and not step.reviewed_in("full"):
        report.add(
            step.place("Review"), f"the step {name} has no Review in the full lane: every artifact is reviewed there"
        )


def _check_scope(step: Step, report: Report) -> None:
    """A step of the whole app knows no single LEGO, and none of its work waits for a merge."""
    if step.per_lego:
        return
    if step.lands == "at merge":
        report.add(step.position, f"the step {quoted(step.name)} lands at merge, but is no step for each LEGO")
    for reference in (*step.inputs, *step.outputs):
        if reference.target in ("lego", "dependencies") or reference.rows or "{lego}" in reference.path:
            _no_lego(step, reference.text, reference.position, report)
    for criterion in step.criteria:
        if _OF_A_LEGO.search(criterion.text):
            _no_lego(step, criterion.text, criterion.position, report)


def _no_lego(step: Step, text: str, position: Position, report: Report) -> None:
    report.add(position, f"{quoted(text)} is about one LEGO, but {quoted(step.name)} is no step for each LEGO")


def _check_output(step: Step, reference: Reference, report: Report) -> None:
    text = quoted(reference.text)
    if reference.rows or not reference.shown:
        report.add(reference.position, f"{text}: a remark in brackets is for inputs, a step writes the whole artifact")
    if reference.target in ("dependencies", "legos") or "{entry}" in reference.path:
        report.add(reference.position, f"{text}: a step writes its own artifacts only, never those of other LEGOs")
    elif step.per_lego and reference.target != "lego" and "{lego}" not in reference.path:
        report.add(reference.position, f"{text}: each LEGO would write the same artifact, so it must name {{lego}}")
