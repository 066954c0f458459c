"""Artifacts that nobody makes, that two steps make, or that are read before they are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from engine.document.model import Orchestration, Reference, Step
from engine.document.problems import Report, quoted, suggestion
from engine.document.producers import producers, reference_key, singular
from engine.names import INTENT


@dataclass(frozen=True, slots=True)
class Edge:
    """`reader` reads what `maker` makes. `step_back` says it reads it of its dependencies, so it never meets itself."""

    maker: Step
    reader: Step
    reference: Reference

    @property
    def step_back(self) -> bool:
        return self.reference.target == "dependencies"


def lint_artifacts(orchestration: Orchestration, given: Collection[str], report: Report) -> None:
    """Report every output made twice and every input that is not there when it is read."""
    made = producers(orchestration)
    _check_outputs(orchestration, made, report)
    _check_inputs(orchestration, made, {INTENT, *given}, report)
    _check_order(orchestration, _edges(orchestration, made), report)


def _check_outputs(orchestration: Orchestration, made: Mapping[str, Step], report: Report) -> None:
    seen: set[str] = set()
    for step in orchestration.steps():
        for reference in step.outputs:
            key = reference_key(reference)
            if key in seen:
                first = quoted(made[key].name)
                report.add(reference.position, f"{quoted(reference.text)} is already an output of the step {first}")
            seen.add(key)


def _check_inputs(
    orchestration: Orchestration, made: Mapping[str, Step], given: Collection[str], report: Report
) -> None:
    known = [reference.path or reference.role for step in orchestration.steps() for reference in step.outputs]
    for step in orchestration.steps():
        for reference in step.inputs:
            name = reference.path or reference.role
            if reference_key(reference) not in made and singular(name, given) not in given:
                hint = suggestion(name, [*known, *sorted(given)])
                report.add(reference.position, f"no step makes {quoted(reference.text)}{hint}")


def _edges(orchestration: Orchestration, made: Mapping[str, Step]) -> list[Edge]:
    return [
        Edge(made[key], step, reference)
        for step in orchestration.steps()
        for reference in step.inputs
        if (key := reference_key(reference)) in made
    ]


def _check_order(orchestration: Orchestration, edges: Iterable[Edge], report: Report) -> None:
    """Every circle has an edge that runs against the order of the document, so only those need a look."""
    order = {id(step): index for index, step in enumerate(orchestration.steps())}
    readers: dict[str, list[Step]] = {}
    edges = list(edges)
    for edge in edges:
        if not edge.step_back:
            readers.setdefault(edge.maker.name, []).append(edge.reader)
    for edge in edges:
        if edge.maker is edge.reader and edge.step_back:
            continue
        if order[id(edge.maker)] < order[id(edge.reader)]:
            continue
        circle = None if edge.step_back else _path(edge.reader, edge.maker, readers)
        what, maker = quoted(edge.reference.text), quoted(edge.maker.name)
        if circle:
            names = " → ".join([step.name for step in circle] + [edge.reader.name])
            report.add(edge.reference.position, f"{what} closes a circle: {names}")
        else:
            line = edge.maker.position.line
            report.add(edge.reference.position, f"{what} is read before the step {maker} in line {line} makes it")


def _path(start: Step, goal: Step, readers: Mapping[str, list[Step]]) -> list[Step] | None:
    """The steps from one to the other, each reading what the one before makes."""
    paths = [[start]]
    seen = {start.name}
    for path in paths:
        if path[-1] is goal:
            return path
        for reader in readers.get(path[-1].name, []):
            if reader.name not in seen:
                seen.add(reader.name)
                paths.append([*path, reader])
    return None
