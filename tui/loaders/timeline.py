"""What the timeline needs beside the view: which gates waited for a person, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.instances import Instances
from engine.metrics.reading import Raw, read_journal
from engine.metrics.waits import open_gates
from engine.names import instance_name
from engine.workspace import Workspace
from tui.graph.gantt import Wait


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    """The waits, and for each instance the instances that have to be settled before it begins."""

    waits: tuple[Wait, ...] = ()
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load_timeline(folder: Path) -> TimelineFacts:
    """Both, from the journal, the plan and the document in force. Raises MetaError."""
    workspace = Workspace.at(folder)
    instances = Instances(workspace.orchestration(), workspace.plan())
    return TimelineFacts(tuple(waits_of(read_journal(workspace.private / "journal.jsonl"))), needs_of(instances))


def waits_of(events: Iterable[Raw]) -> list[Wait]:
    """Each time a gate was open, as the metrics count it."""
    return [Wait(gate, begin.timestamp(), end.timestamp() if end else None) for gate, begin, end in open_gates(events)]


def needs_of(instances: Instances) -> dict[str, tuple[str, ...]]:
    """A step of a LEGO waits for what it reads, for the plan and for the app's steps above; one of the app for all."""
    found: dict[str, tuple[str, ...]] = {}
    above: list[str] = []
    of_app: list[str] = []
    plan = tuple(instance_name(*maker) for maker in instances.makers_of_plan())
    for step, lego in instances.all():
        name = instance_name(step.name, lego)
        read = tuple(instance_name(*maker) for maker in instances.read_by(step, lego))
        found[name] = tuple(dict.fromkeys((*read, *plan, *of_app))) if step.per_lego else tuple(above)
        above.append(name)
        if not step.per_lego:
            of_app.append(name)
    return found
