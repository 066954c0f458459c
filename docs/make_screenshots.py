"""Takes the pictures of the README from the bundled example while it is built: real screens, never drawn by hand."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from engine.lifecycle.create import create
from engine.resources import examples_home
from engine.state.lock import holder
from engine.workspace import INTENT
from tui.app import MetaApp
from tui.launch import Launch
from tui.read_model import WorkspaceView
from tui.supervisor import Supervisor

IMAGES = Path(__file__).parent / "images"
SIZE = (150, 44)
SPEED = "25"
PATIENCE = 300.0


async def main() -> None:
    """Build the example on a screen that nobody sees, deciding by keypress, and keep what it showed."""
    example = next(head.parent.parent for head in sorted(examples_home().glob("*/tape/tape.json")))
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "app"
        create(workspace, example / INTENT, "python")
        app = MetaApp(workspace, supervisor=Supervisor(workspace, ["--runtime", "replay", "--speed", SPEED]))
        async with app.run_test(size=SIZE) as pilot:
            await _until(pilot, app, _waits)
            await pilot.press("a")
            await _until(pilot, app, lambda view: len(app.screen_stack) > 1)
            _keep(app, "approval.svg")
            await _approve_the_rest(pilot, app)
            _keep(app, "board.svg")
        await asyncio.to_thread(_stop_the_engine, workspace)


def _stop_the_engine(workspace: Path) -> None:
    subprocess.run([sys.executable, "-m", "engine.cli", "stop", str(workspace)], check=True)
    ends = time.monotonic() + PATIENCE
    while holder(workspace) and time.monotonic() < ends:
        time.sleep(0.2)


def _waits(view: WorkspaceView) -> bool:
    return bool(view.waiting)


def _busy(view: WorkspaceView) -> bool:
    return sum(session.live for session in view.sessions) >= 4


async def _approve_the_rest(pilot: Pilot[Launch | None], app: MetaApp) -> None:
    """Approve gate after gate until several sessions work side by side and have said something."""
    while not _busy(app.view or _nothing(app)):
        if len(app.screen_stack) > 1:
            await asyncio.sleep(0.6)  # an answer counts only after the dialog has been on screen for a moment
            await pilot.press("a")
        elif _waits(app.view or _nothing(app)):
            await pilot.press("a")
        await pilot.pause(0.2)
    await pilot.pause(5.0)


def _nothing(app: MetaApp) -> WorkspaceView:
    raise RuntimeError(f"the workspace could not be read: {app.problem}")


async def _until(pilot: Pilot[Launch | None], app: MetaApp, condition: Callable[[WorkspaceView], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not (app.view and condition(app.view)):
        if time.monotonic() > ends:
            raise TimeoutError(f"the example did not get that far: {app.problem}")
        await pilot.pause(0.2)
    await pilot.pause(0.5)


def _keep(app: MetaApp, name: str) -> None:
    (IMAGES / name).write_text(app.export_screenshot(title="meta"), encoding="utf-8")
    print(IMAGES / name)


if __name__ == "__main__":
    asyncio.run(main())
