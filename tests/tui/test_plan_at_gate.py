"""The gate of the LEGO plan: the plan is told in words, drawn on a key, and its file still takes comments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from engine.artifacts import artifact_id
from engine.legos.plan import parse_plan
from tests.tui import fixture_views as views
from tests.tui.journeys import decisions, make_app, press, press_when_calm, run_before, screen, text_of
from tui.read_model import WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.widgets.graph_view import GraphView
from tui.words.plan_markdown import plan_markdown

LEGOS: list[dict[str, Any]] = [
    {
        "name": "cli",
        "purpose": "Wires the app:\nreads the *arguments* and <prints> [what] it found.",
        "kind": "entry",
        "requirements": ["R-003"],
        "dependencies": ["store", "report"],
        "size": "S",
    },
    {
        "name": "store",
        "purpose": "Keeps the books in one file, the newest first, and never loses one.",
        "kind": "component",
        "requirements": ["R-001", "R-002"],
        "packages": ["platformdirs"],
    },
    {
        "name": "report",
        "purpose": "Counts books by year.",
        "kind": "component",
        "dependencies": ["store"],
        "size": "L",
    },
]


def text_of_plan(legos: list[dict[str, Any]] = LEGOS) -> str:
    return json.dumps({"schema_version": 1, "app": "reading_log", "legos": legos})


def plan_waits(folder: Path, text: str = "") -> WorkspaceView:
    """The LEGO plan is up for approval."""
    view = views.waiting(folder)
    (folder / ".orchestrator").mkdir()
    (folder / "lego_plan.json").write_text(text or text_of_plan())
    about = (("lego_plan.json", artifact_id("lego_plan.json", (folder / "lego_plan.json").read_bytes())),)
    waits = views.single(5, "waiting_approval", why="A person must approve it.", checks=(views.check(),))
    asked = view.waiting[0]._replace(gate="lego_planning", step="lego_planning", about=about)
    return views.view(folder, [*views.done_until(5), waits], waiting=(asked,), legos=())


async def at_gate(pilot: Pilot[Any]) -> None:
    await press(pilot, "a")
    assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_the_plan_is_told_in_words_and_its_file_is_the_raw_view(tmp_path: Path) -> None:
    async with screen(plan_waits(tmp_path)) as pilot:
        await at_gate(pilot)
        words = text_of(pilot)
        for told in ("reading_log: 3 LEGOs", "1. store", "2. report", "3. cli", "Keeps the books in one file"):
            assert told in words
        for told in ("needs: nothing", "used by: cli, report", "meets: R-001, R-002", "packages: platformdirs"):
            assert told in words
        assert "schema_version" not in words
        await press(pilot, "2")
        assert '"schema_version": 1' in text_of(pilot) and "used by" not in text_of(pilot)


async def test_words_of_the_plan_are_never_markup(tmp_path: Path) -> None:
    async with screen(plan_waits(tmp_path), size=(160, 60)) as pilot:
        await at_gate(pilot)
        assert "Wires the app: reads the *arguments* and <prints> [what] it found." in text_of(pilot)


async def test_a_comment_stands_on_a_line_of_the_file(tmp_path: Path) -> None:
    async with screen(plan_waits(tmp_path)) as pilot:
        await at_gate(pilot)
        await press_when_calm(pilot, "c", "j", "c", *"why", "ctrl+r", "r", "ctrl+r")
        (comment,) = decisions(tmp_path)["lego_planning"]["comments"]
        assert (comment["file"], comment["quote"], comment["text"]) == ("lego_plan.json", '"schema_version": 1,', "why")


async def test_a_key_draws_the_plan_and_escape_leads_back_to_the_gate(tmp_path: Path) -> None:
    async with screen(plan_waits(tmp_path), size=(160, 40)) as pilot:
        await at_gate(pilot)
        assert "P Graph" in text_of(pilot)
        await press(pilot, "P")
        assert pilot.app.screen.query(GraphView) and "╭" in text_of(pilot)
        await press(pilot, "escape")
        assert "Approve LEGO planning" in text_of(pilot)


async def test_the_drawing_is_offered_only_where_a_plan_is_asked_about(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(200, 40)) as pilot:
        await at_gate(pilot)
        assert "P Graph" not in text_of(pilot)


async def test_a_plan_that_cannot_be_used_is_shown_as_it_is(tmp_path: Path) -> None:
    async with screen(plan_waits(tmp_path, text_of_plan(LEGOS[:1]))) as pilot:
        await at_gate(pilot)
        assert '"name": "cli"' in text_of(pilot)


def test_a_change_says_why_a_lego_is_made_anew_and_which_files_it_has() -> None:
    store = {**LEGOS[1], "decision": "REFACTOR", "reason": "R-002 changed", "files": {"source": ["lib/a_b.py"]}}
    plan = parse_plan(text_of_plan([LEGOS[0], store, LEGOS[2]]))
    told = plan_markdown(plan).replace("\\", "")
    assert "component, medium, REFACTOR" in told and "- why REFACTOR: R-002 changed" in told
    assert "- source: lib/a_b.py" in told


def test_picture_of_a_plan_to_approve(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(make_app(plan_waits(tmp_path)), terminal_size=(120, 40), run_before=run_before("a"))


def test_picture_of_a_plan_to_approve_in_a_narrow_terminal(tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(make_app(plan_waits(tmp_path)), terminal_size=(80, 24), run_before=run_before("a"))
