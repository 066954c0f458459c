"""The whole example on the screen: every gate approved by keypress, the engine being another process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.workspace import INTENT
from tests.helpers import eventually
from tests.tui.journeys import Moment, press, text_of
from tui.app import MetaApp
from tui.screens.approval import ApprovalScreen
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
