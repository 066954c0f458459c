"""`meta status --json` and `--metrics --json`, field by field as `docs/status.md` describes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.assessment import Assessment, Instance, PhaseStatus
from engine.commands.status_json import status_document
from engine.facts import assess_workspace
from engine.sessions.folder import SessionFolder
from engine.state.models import Budget, Change, OrchestratorState, PhaseFact, Run, RuntimeFact, State, Waiting
from tests.scripted import Kitchen, kitchen_with_cooks, meta, patiently

PAGE = Path(__file__).parents[2] / "docs" / "status.md"
ROW = re.compile(r"^\| `(?P<field>[^`]+)` \| (?P<type>[a-z ]+) \| (?P<meaning>.+) \|$")
NOON = "2026-11-22T12:00:00.000Z"

FITS: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
"""The type words of the page."""


def described(heading: str) -> dict[str, str]:
    """Field → type, from the table below a heading of the page."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## `{heading}`\n")
    table = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("|")][2:]
    rows = [ROW.match(line) for line in table]
    assert table, f"no table below {heading}"
    assert all(rows), [line for line, row in zip(table, rows, strict=True) if not row]
    found = [(row["field"], row["type"]) for row in rows if row]
    assert len(dict(found)) == len(found), "a field is described twice"
    return dict(found)


def told(value: Any, page: dict[str, str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a document by its path on the page, and its value."""
    if path:
        yield path, value
    dot = f"{path}." if path else ""
    if isinstance(value, dict):
        any_name = f"{dot}*" in page
        for name, inner in value.items():
            yield from told(inner, page, f"{dot}*" if any_name else f"{dot}{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from told(inner, page, f"{path}[]")


def misfits(document: Any, page: dict[str, str]) -> list[str]:
    """What a document tells that the page does not describe, or describes as something else."""
    return [
        f"{path} = {value!r}, described as {page.get(path, 'nothing')}"
        for path, value in told(document, page)
        if not any(FITS[word](value) for word in page.get(path, "").split(" or ") if word)
    ]


def full_state() -> State:
    """A state in which nothing is empty."""
    trouble = RuntimeFact(reason="rate limit", since=NOON, until=NOON, failures=1, limit=2, streak=3)
    waiting = Waiting(
        gate="menu", round=1, kind="answers", about={"menu.md": "0" * 40}, questions=["Why?"], step="menu", lego="soup"
    )
    change = Change(base="0" * 40, began_at=NOON, upgrade={"menu": "check"})
    run = Run(
        chosen={"lane": "tiny"},
        documents={"AGENTS.md": "ab"},
        released={"AGENTS.md": "ab"},
        runtimes=["codex"],
        started_at=NOON,
        change=change,
    )
    return State(
        orchestrator=OrchestratorState(
            run=run.model_copy(update={"finished_at": NOON}),
            phases={"0": PhaseFact(title="Menu", started_at=NOON, ended_at=NOON)},
            waiting=[waiting],
            valves={"menu": "failed 3 times"},
            budget=Budget(sessions=2, tokens=10, cost=0.5),
            runtimes={"codex": trouble},
        )
    )


def full_assessment() -> Assessment:
    """A step about which everything is known."""
    menu = Instance(
        "menu", "soup", 0, "done", "because", "gen", 1, 2, "0001-0-soup-menu-gen-1", "menu_soup", ("menu.md",)
    )
    return Assessment((PhaseStatus(0, "Menu", "done", (menu._replace(started_at=NOON, ended_at=NOON),)),))


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    made = kitchen_with_cooks(tmp_path)
    yield made
    made.end()


def status(kitchen: Kitchen, *options: str) -> Any:
    return json.loads(meta("status", kitchen.root, "--json", *options).out)


def test_the_page_describes_every_field_of_the_status_and_no_other(kitchen: Kitchen) -> None:
    page = described("meta status --json")
    facts = assess_workspace(kitchen.root)
    document = status_document(
        replace(facts, state=full_state(), assessment=full_assessment(), problems=("decisions/menu.json: no",))
    )
    assert misfits(document, page) == []
    assert {path for path, _ in told(document, page)} == set(page)
    assert json.loads(json.dumps(document)) == document


def test_every_status_of_a_real_run_is_as_the_page_describes_it(kitchen: Kitchen) -> None:
    page = described("meta status --json")
    assert misfits(status(kitchen), page) == []
    kitchen.agents.will("soup-dishes-gen", status="failed", summary="burnt")
    kitchen.run()
    assert misfits(status(kitchen), page) == []
    kitchen.run("--yes")
    blocked = status(kitchen)
    assert misfits(blocked, page) == []
    assert list(blocked["valves"]) == ["dishes_soup"]


def test_every_figure_of_a_real_run_is_as_the_page_describes_it(kitchen: Kitchen) -> None:
    page = described("meta status --metrics --json")
    assert misfits(status(kitchen, "--metrics"), page) == []
    kitchen.agents.will("soup-dishes-gen", status="failed", summary="burnt")
    kitchen.run("--yes")
    document = status(kitchen, "--metrics")
    assert misfits(document, page) == []
    assert {path for path, _ in told(document, page)} == set(page)


def test_every_field_of_an_instance_is_told_and_its_name(kitchen: Kitchen) -> None:
    instance = status(kitchen)["phases"][0]["instances"][0]
    assert set(instance) == {"name", *Instance._fields}


def test_what_waits_tells_its_question_and_since_when(kitchen: Kitchen) -> None:
    kitchen.run()
    (waiting,) = status(kitchen)["waiting"]
    assert (waiting["gate"], waiting["round"], waiting["kind"], waiting["questions"]) == ("menu", 1, "approval", [])
    assert sorted(waiting["about"]) == ["lego_plan.json", "menu.md"]
    assert waiting["at"] == kitchen.state.orchestrator.waiting[0].at != ""


def test_questions_that_wait_are_told_word_by_word(kitchen: Kitchen) -> None:
    kitchen.agents.will("menu-gen", status="needs_input", questions=["How many guests?"])
    kitchen.run()
    (waiting,) = status(kitchen)["waiting"]
    assert (waiting["kind"], waiting["questions"]) == ("answers", ["How many guests?"])


def test_the_run_tells_what_is_built_and_how(kitchen: Kitchen) -> None:
    before = status(kitchen)["run"]
    assert (before["started_at"], before["finished_at"]) == (None, None)
    kitchen.run("--yes")
    run = status(kitchen)["run"]
    assert (run["mode"], run["lane"], run["sensitive"], run["paused"]) == ("new", "full", False, False)
    assert run["runtimes"] == ["scripted"]
    assert run["started_at"] < run["finished_at"]


def test_a_phase_tells_when_it_began_and_ended(kitchen: Kitchen) -> None:
    kitchen.run()
    menu, dishes, _ = status(kitchen)["phases"]
    assert (menu["ended_at"], dishes["started_at"]) == (None, None)
    kitchen.run("--yes")
    assert all(phase["started_at"] < phase["ended_at"] for phase in status(kitchen)["phases"])


def test_a_running_engine_is_told_with_its_process(kitchen: Kitchen) -> None:
    kitchen.agents.hold("menu-gen")
    engine = kitchen.start()
    patiently(lambda: kitchen.agents.starts())
    while_it_runs = status(kitchen)
    assert while_it_runs["engine"] == {"running": True, "pid": engine.pid}
    menu = while_it_runs["phases"][0]["instances"][0]
    assert (menu["status"], menu["substep"], SessionFolder(kitchen.session("menu-gen-1")).id) == (
        "running",
        "gen",
        menu["session"],
    )
    kitchen.agents.go("menu-gen")
    engine.wait(60)
    assert status(kitchen)["engine"] == {"running": False, "pid": None}


def test_a_decision_that_nobody_can_read_is_told_as_a_problem(kitchen: Kitchen) -> None:
    kitchen.run()
    (kitchen.root / ".orchestrator" / "decisions" / "menu.json").write_text("{")
    (problem,) = status(kitchen)["problems"]
    assert "menu.json" in problem
