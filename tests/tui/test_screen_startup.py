"""What is loaded before the first picture, and how a person begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.widgets import TextArea

import tui
from tests.tui import fixture_views as views
from tests.tui.journeys import make_app, press, said, screen, text_of
from tui.app import MetaApp, run_app
from tui.launch import Launch
from tui.screens.ask_text import AskPath
from tui.screens.intent import IntentScreen
from tui.screens.welcome import WelcomeScreen

INTENT = """# Reading log

## What it is for

I forget which books I have read, and lend some of them twice. When a friend asks, I want to know in seconds whether I
know a book and who has it now.

## What it must do

- `log add "Dune"` notes a book with the day of today.
- `log list` shows the books, the newest first.
- `log lend "Dune" Ben` notes who has it; `log list` then shows the name beside it.
"""

FIRST_PAINT = """
import asyncio, sys
from pathlib import Path
from tui.app import MetaApp

HEAVY = ("pydantic", "pygments.lexers", "watchdog", "markdown_it", "click", "jinja2", "psutil", "engine.state.models",
    "tui.screens.editor")

loaded = ["never painted"]

def look(app):
    loaded[:] = [name for name in HEAVY if name in sys.modules]

MetaApp.look = look

async def main():
    app = MetaApp(Path(sys.argv[1]) if len(sys.argv) > 1 else None, live=False)
    async with app.run_test() as pilot:
        await pilot.pause()

asyncio.run(main())
print("loaded:", *loaded)
"""

THE_COMMAND = """
import sys
from engine import entry
import tui.app

def run_app(workspace, **more):
    print(workspace, "loaded:", *(name for name in ("click", "pydantic", "engine.cli") if name in sys.modules))

tui.app.run_app = run_app
entry.main()
"""


def run_python(code: str, *arguments: str) -> str:
    """What the code prints in an interpreter of its own."""
    root = Path(tui.__file__).parent.parent
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("where", ["workspace", "nowhere"])
def test_nothing_heavy_is_loaded_before_the_first_paint(where: str, tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").mkdir()
    arguments = [str(tmp_path)] if where == "workspace" else []
    assert run_python(FIRST_PAINT, *arguments) == "loaded:\n"


def test_the_command_opens_a_folder_before_it_loads_what_commands_need(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").mkdir()
    assert run_python(THE_COMMAND, str(tmp_path)) == f"{tmp_path} loaded:\n"


def test_the_screen_never_loads_what_runs_the_work() -> None:
    code = (
        "import sys, pkgutil, importlib, tui\n"
        "for module in pkgutil.walk_packages(tui.__path__, 'tui.'): importlib.import_module(module.name)\n"
        "print([n for n in sys.modules if n.startswith(('engine.runner', 'engine.sessions'))])"
    )
    assert run_python(code) == "[]\n"


async def test_before_the_files_are_read_it_says_so(tmp_path: Path) -> None:
    app = make_app(views.running(tmp_path))
    app.look = lambda: None  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "reading the workspace" in text_of(pilot)


async def test_without_a_workspace_the_welcome_screen_shows_three_ways() -> None:
    async with screen(None) as pilot:
        assert isinstance(pilot.app.screen, WelcomeScreen)
        for words in ("Try the example", "Open a folder", "New app"):
            assert words in text_of(pilot)


async def leaves_with(pilot_keys: tuple[str, ...], **more: object) -> object:
    async with screen(None) as pilot:
        for key in pilot_keys:
            await pilot.press(key)
        await pilot.pause()
        return pilot.app.return_value


async def test_e_or_enter_tries_the_example() -> None:
    assert await leaves_with(("e",)) == Launch("example")
    assert await leaves_with(("enter",)) == Launch("example")


async def test_j_goes_to_the_next_choice() -> None:
    async with screen(None) as pilot:
        await press(pilot, "j", "enter")
        assert isinstance(pilot.app.screen, AskPath)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, WelcomeScreen)


async def test_open_takes_only_a_folder_with_an_app(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await open_path(pilot, "o", tmp_path)
        assert "holds no app yet" in said(pilot)
        (tmp_path / ".orchestrator").mkdir()
        await open_path(pilot, "o", tmp_path)
        assert pilot.app.return_value == Launch("open", tmp_path)


async def test_new_takes_the_intent_that_is_written_there(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "app"
    async with screen(None) as pilot:
        await open_path(pilot, "n", folder)
        assert isinstance(pilot.app.screen, IntentScreen)
        pilot.app.screen.query_one(TextArea).load_text(INTENT)
        await press(pilot, "ctrl+r")
        assert pilot.app.return_value == Launch("new", folder)
    assert (folder / "app_intent.md").read_text() == INTENT


async def test_new_starts_nothing_when_nothing_was_written(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        await open_path(pilot, "n", tmp_path / "app")
        await press(pilot, "ctrl+r")
        assert pilot.app.return_value is None
        assert "nothing to build yet" in said(pilot)
        await press(pilot, "escape")
    assert not (tmp_path / "app").exists()


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with screen(None) as pilot:
        await open_path(pilot, "n", tmp_path / "file" / "app")
        assert "Choose another folder" in said(pilot)


async def test_q_leaves_the_welcome_screen() -> None:
    async with screen(None) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app._exit and pilot.app.return_value is None


def test_a_folder_without_an_app_gets_the_welcome_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[MetaApp] = []
    monkeypatch.setattr(MetaApp, "run", lambda self: started.append(self))
    run_app(tmp_path)
    (tmp_path / ".orchestrator").mkdir()
    run_app(tmp_path, engine_arguments=["--speed", "3"])
    run_app(tmp_path, watch_only=True)
    assert [app.workspace for app in started] == [None, tmp_path, tmp_path]
    assert started[0].supervisor is None and started[2].supervisor is None
    assert started[1].supervisor is not None and started[1].supervisor.command[-3:] == [str(tmp_path), "--speed", "3"]


def test_a_folder_that_holds_an_intent_gets_its_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[MetaApp] = []
    monkeypatch.setattr(MetaApp, "run", lambda self: started.append(self))
    (tmp_path / "app_intent.md").write_text("# Log\n")
    run_app(tmp_path)
    run_app(tmp_path, watch_only=True)
    assert [(app.workspace, app.writes) for app in started] == [(None, tmp_path), (None, None)]


async def open_path(pilot: object, key: str, folder: Path) -> None:
    """Types a path into the dialog that `key` opens."""
    from textual.pilot import Pilot
    from textual.widgets import Input

    assert isinstance(pilot, Pilot)
    await press(pilot, key)
    pilot.app.screen.query_one(Input).value = str(folder)
    await pilot.press("enter")
    await pilot.pause()
    await pilot.pause()
