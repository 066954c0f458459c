"""With one job all is done in turn: the order of the work comes from the facts alone, never from a clock."""

from __future__ import annotations

import json

import pytest

from engine.actions import StartSession
from engine.legos.plan import Plan, parse_plan
from engine.snapshot import Options
from tests.planning import Garden

LONG, SHORT = 10_000_000.0, 1.0


def beds() -> Plan:
    """Three beds that need nothing of each other: a large one between two small ones."""
    sizes = {"beans": "S", "corn": "L", "peas": "S"}
    legos: list[dict[str, object]] = [
        {
            "name": name,
            "purpose": f"Grows {name}.",
            "kind": "entry" if name == "peas" else "component",
            "dependencies": [],
            "size": size,
        }
        for name, size in sizes.items()
    ]
    return parse_plan(json.dumps({"schema_version": 1, "app": "garden", "legos": legos}))


def order(seconds: float, in_turn: bool) -> list[str | None]:
    """Whose sowing would be started first, after that of the first small bed took so long."""
    garden = Garden(plan=beds(), options=Options(in_turn=in_turn))
    garden.act("survey", garden.ids)
    garden.work("map", files={"map.md": "m", "lego_plan.json": "p"})
    garden.begin("sowing", "beans")
    garden.shift += seconds
    garden.end("sowing", "beans", outcome="done")
    return [one.lego for one in garden.due if isinstance(one, StartSession) and one.step == "sowing"]


def test_with_more_jobs_what_is_known_of_durations_decides() -> None:
    assert (order(SHORT, in_turn=False), order(LONG, in_turn=False)) == (["corn", "peas"], ["peas", "corn"])


@pytest.mark.parametrize("seconds", [SHORT, LONG])
def test_in_turn_it_does_not(seconds: float) -> None:
    assert order(seconds, in_turn=True) == ["corn", "peas"]
