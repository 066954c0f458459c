"""The whole example on the screen: every gate approved by keypress, the engine being another process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.workspace import INTENT
from tests.example_change import EDITED, MINE, TAPE, bytes_of, wish
from tests.helpers import eventually
from tests.tui.journeys import Moment, press, press_when_calm, text_of
from tui.app import MetaApp
from tui.screens.approval import ApprovalScreen
from tui.screens.changes import ChangesScreen
from tui.supervisor import Supervisor

pytestmark = pytest.mark.xdist_group("example")


async def test_a_person_builds_the_example_by_approving_what_waits(tmp_path: Path) -> None:
    example = next(head.parent.parent for head in sorted(examples_home().glob("*/tape/tape.json")))
    workspace = tmp_path / "app"
    create(workspace, example / INTENT, "python")
    supervisor = Supervisor(workspace, ["--runtime", "replay", "--speed", "max"])
    app = MetaApp(workspace, supervisor=supervisor, clock=(clock := Moment()))
    approved: list[str] = []

    def gate() -> str:
        """A gate that waits and was not approved yet."""
        waiting = app.view.waiting if app.view else ()
        return next((one.gate for one in waiting if one.gate not in approved), "")

    async with app.run_test(size=(120, 40)) as pilot:
        while not (app.view and app.view.finished):
            await eventually(lambda: gate() or (app.view and app.view.finished), 240)
            if not gate():
                break
            approved.append(gate())
            await press(pilot, "a")
            assert isinstance(app.screen, ApprovalScreen)
            clock.pass_by(1)
            await press(pilot, "a")
        await eventually(lambda: "Done" in text_of(pilot), 20)
    assert app.view is not None
    assert len(approved) >= 4
    assert {phase.status for phase in app.view.phases} == {"done"}


async def test_a_person_changes_the_example_from_the_maintenance_table(built_example: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "app"
    shutil.copytree(built_example, workspace, symlinks=True)
    wish(workspace)
    kept = bytes_of(workspace)
    supervisor = Supervisor(workspace, ["--runtime", "replay", "--speed", "max", "--tape", str(TAPE)])
    app = MetaApp(workspace, supervisor=supervisor, clock=(clock := Moment()))
    met: list[str] = []

    def gate() -> str:
        """A gate that waits and was not met yet."""
        waiting = app.view.waiting if app.view else ()
        return next((one.gate for one in waiting if one.gate not in met), "")

    def finished() -> bool:
        return bool(app.view and app.view.finished and not app.view.change and met)

    async with app.run_test(size=(120, 40)) as pilot:
        await eventually(lambda: app.view and app.view.finished, 60)
        await press(pilot, "C", "p", "escape")
        while not finished():
            await eventually(lambda: gate() or finished(), 240)
            if finished():
                break
            met.append(gate())
            if met[-1] == "lego_plan":
                await press(pilot, "C")
                assert isinstance(app.screen, ChangesScreen)
                await eventually(lambda: "REFACTOR" in text_of(pilot), 60)
                await press(pilot, "A")
                await press_when_calm(pilot, "y")
                await press(pilot, "escape")
            else:
                await press(pilot, "a")
                clock.pass_by(1)
                await press(pilot, "a")
    text = (workspace / EDITED).read_text()
    assert MINE in text and "total" in text
    assert bytes_of(workspace) == kept
    assert "lego_plan" in met and "requirements" in met
