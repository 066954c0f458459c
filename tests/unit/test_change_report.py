"""What the report of a change costs in a big app: as many starts of git, however many LEGOs are touched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.assessment import Assessment, Instance, PhaseStatus
from engine.facts import WorkspaceFacts
from engine.instances import Instances
from engine.legos.plan import parse_plan
from engine.legos.roles import outputs
from engine.lifecycle.change import report_change
from engine.snapshot import Snapshot
from engine.state.models import Change, LegoState, OrchestratorState, Run, State, StepRecord
from engine.workspace import PLAN, REQUIREMENTS, Workspace
from tests.big_app import LEGOS, BigApp, document, files
from tests.planning import toolchain

MOST_STARTS = 12


def changed_app(folder: Path) -> tuple[WorkspaceFacts, Change]:
    """Every LEGO is to be made anew, every requirement has another text; nobody edited anything."""
    made = BigApp(folder)
    plan_text = json.loads(files()[PLAN])
    for lego in plan_text["legos"]:
        lego |= {"decision": "REGENERATE", "reason": "asked for"}
    new = {
        PLAN: json.dumps(plan_text).encode(),
        REQUIREMENTS: files()[REQUIREMENTS].replace("prints its number", "prints its size").encode(),
    }
    made.repository.fast_forward(None, made.repository.commit_files(made.commit, new, "planned"))
    (folder / ".orchestrator").mkdir()
    plan, orchestration = parse_plan(new[PLAN].decode()), document()
    steps: dict[str | None, dict[str, StepRecord]] = {None: {}, **{name: {} for name in plan.names}}
    for step, lego in Instances(orchestration, plan).all():
        paths = outputs(step, plan, toolchain(), lego)
        steps[lego][step.name] = StepRecord(stage="done", commit=made.commit, outputs=dict.fromkeys(paths, "made"))
    state = State(
        orchestrator=OrchestratorState(run=Run(mode="maintenance"), steps=steps[None]),
        legos={name: LegoState(name=name, steps=own) for name, own in steps.items() if name},
    )
    planned = tuple(Instance(step, lego, 0, "done") for step, lego in Instances(orchestration, plan).makers_of_plan())
    assessment = Assessment((PhaseStatus(0, "Plan", "done", planned),))
    snapshot = Snapshot(orchestration, toolchain(), state, plan)
    facts = WorkspaceFacts(Workspace.at(folder), orchestration, state, assessment, snapshot)
    return facts, Change(base=made.commit, kept=made.commit, began_at="2026-01-01T00:00:00.000Z")


def test_git_is_started_a_few_times_for_fifty_legos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, change = changed_app(tmp_path / "fleet")
    started: list[object] = []
    real = subprocess.run

    def counted(command: list[str], **kwargs: Any) -> object:
        started.append(command)
        return real(command, **kwargs)

    monkeypatch.setattr(subprocess, "run", counted)
    report = report_change(facts, change)
    assert report is not None
    assert len(report.legos) == LEGOS and all(lego.tests for lego in report.legos)
    assert not any(lego.edited for lego in report.legos)
    assert len(started) <= MOST_STARTS
