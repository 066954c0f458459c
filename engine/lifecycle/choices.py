"""A person's own decisions on the LEGOs of a planned change, written into the plan, which is theirs to edit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from engine.errors import UsageError
from engine.facts import WorkspaceFacts
from engine.legos.model import LegoDecision
from engine.legos.plan import parse_plan
from engine.state.atomic import write_atomic
from engine.workspace import PLAN

DECISIONS: tuple[LegoDecision, ...] = get_args(LegoDecision)
BY_A_PERSON = "decided by a person"


def choose(facts: WorkspaceFacts, choices: Iterable[tuple[str, str]]) -> None:
    """Write these decisions, (LEGO, decision), into the plan. Raises UsageError, PlanError; then nothing is written."""
    run = facts.state.orchestrator.run
    if run.change is None or run.change.stage != "planning":
        raise UsageError("there is no planned change whose LEGOs could be decided otherwise; `meta plan` first")
    path = facts.workspace.root / PLAN
    data = json.loads(path.read_text(encoding="utf-8"))
    for name, decision in choices:
        _decide(data, name, decision)
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    parse_plan(text)
    write_atomic(path, text.encode())


def _decide(data: Mapping[str, list[dict[str, Any]]], name: str, decision: str) -> None:
    found = next((lego for lego in data["legos"] if lego["name"] == name), None)
    if found is None:
        there = ", ".join(lego["name"] for lego in data["legos"])
        raise UsageError(f"{name}={decision}: no LEGO is named {name!r}. There are: {there}")
    if decision.upper() not in DECISIONS:
        raise UsageError(f"{name}={decision}: {decision!r} is no decision. Choose one of {', '.join(DECISIONS)}")
    if found.get("decision", "NEW") != decision.upper():
        found |= {"decision": decision.upper(), "reason": BY_A_PERSON}
