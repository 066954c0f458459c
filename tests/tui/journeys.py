"""What the tests of the screen share: an app on a view made by hand, with a clock that moves when told to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from tests.helpers import eventually
from tests.tui.fixture_views import NOW
from tui.app import MetaApp
from tui.read_model import WorkspaceView

WIDE = (120, 40)
SIZES = [(80, 24), (120, 40), (200, 60)]


class Moment:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Time goes on."""
        self.now += seconds


class Reader:
    """Gives the view it was last told, as if the files had changed."""

    def __init__(self, view: WorkspaceView) -> None:
        self.view = view

    def __call__(self) -> WorkspaceView:
        return self.view


def make_app(view: WorkspaceView | None, **more: Any) -> MetaApp:
    """An app without timers, whose clock is `app.clock`."""
    settings: dict[str, Any] = {"clock": Moment(), "live": False, **more}
    if view is None:
        return MetaApp(None, **settings)
    return MetaApp(view.folder, **{"reader": Reader(view), **settings})


async def settle(pilot: Pilot[Any]) -> None:
    """Everything that was begun has come to its end, and is painted."""
    app = pilot.app
    assert isinstance(app, MetaApp)
    await pilot.pause()
    if app.reader is not None:
        await eventually(lambda: app.view is not None or app.problem)
    for _ in range(2):
        await app.workers.wait_for_complete([worker for worker in app.workers if not worker.is_finished])
        await pilot.pause()


@asynccontextmanager
async def screen(view: WorkspaceView | None, size: tuple[int, int] = WIDE, **more: Any) -> AsyncIterator[Pilot[Any]]:
    """The app on its main screen, at rest."""
    app = make_app(view, **more)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Presses keys one by one, each after what the one before has led to."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def press_when_calm(pilot: Pilot[Any], *keys: str) -> None:
    """As `press`, with a second between the keys."""
    for key in keys:
        app = pilot.app
        assert isinstance(app, MetaApp) and isinstance(app.clock, Moment)
        app.clock.pass_by(1.0)
        await press(pilot, key)


def text_of(pilot: Pilot[Any]) -> str:
    """All that stands on the screen."""
    width, height = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(line.text for line in lines[:height] if width)


def said(pilot: Pilot[Any]) -> str:
    """What the notifications said."""
    return "\n".join(f"{one.title}: {one.message}" for one in pilot.app._notifications)


def decisions(folder: Path) -> dict[str, dict[str, Any]]:
    """The decision files, by name."""
    files = sorted((folder / ".orchestrator" / "decisions").glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def commands(folder: Path) -> list[dict[str, Any]]:
    """The command files."""
    return [content for name, content in decisions(folder).items() if name.startswith("command-")]


def run_before(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """For snapshots: comes to rest, then presses keys."""

    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, *keys)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return prepare
