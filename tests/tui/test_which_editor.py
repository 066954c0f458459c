"""Which editor opens a file: the person's own, or the one built in; and what its callers do when it is left."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tests.tui import fixture_views as views
from tests.tui.journeys import press, press_when_calm, said, screen, settle, text_of
from tests.tui.test_screen_copy import program
from tui.editing.edit import edit_file
from tui.person.settings import Read, Settings, load, settings_file
from tui.screens.approval import ApprovalScreen
from tui.screens.editor import EditorScreen
from tui.screens.intent import IntentScreen
from tui.screens.main import MainScreen
from tui.screens.session import SessionScreen
from tui.screens.settings import SettingsScreen
from tui.widgets.key_line import KeyLine


@pytest.fixture
def can_suspend(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a terminal does it, which can make room for another program."""
    monkeypatch.setattr(HeadlessDriver, "can_suspend", property(lambda _: True))
    monkeypatch.setattr(HeadlessDriver, "suspend_application_mode", lambda _: None)
    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", lambda _: None)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)


def own(tmp_path: Path) -> str:
    """An editor that writes a line, as a command with an argument."""
    return shlex.join([str(program(tmp_path / "my bin", "ed it", 'echo "$1" >> "$2"')), "by hand"])


@pytest.mark.usefixtures("can_suspend")
@pytest.mark.parametrize("variable", ["VISUAL", "EDITOR"])
@pytest.mark.parametrize("chosen", ["", "yours"])
async def test_the_persons_own_editor_is_used_where_one_is_named(
    chosen: Any, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, own(tmp_path))
    async with screen(views.waiting(tmp_path), preferences=Read(Settings(editor=chosen))) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        assert isinstance(pilot.app.screen, ApprovalScreen) and "the engine looks again" in said(pilot)
    assert (tmp_path / "requirements.md").read_text() == views.REQUIREMENTS + "by hand\n"


@pytest.mark.usefixtures("can_suspend")
async def test_the_built_in_one_is_used_where_it_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", own(tmp_path))
    async with screen(views.waiting(tmp_path), preferences=Read(Settings(editor="built in"))) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        assert isinstance(pilot.app.screen, EditorScreen)


@pytest.mark.usefixtures("can_suspend")
@pytest.mark.parametrize("chosen", ["", "yours"])
async def test_a_person_who_named_no_editor_gets_the_built_in_one(chosen: Any, tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), preferences=Read(Settings(editor=chosen))) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        assert isinstance(pilot.app.screen, EditorScreen) and said(pilot) == ""


@pytest.mark.usefixtures("can_suspend")
@pytest.mark.parametrize(("named", "told"), [("/no/such/program", "No such file"), ("'vi", "No closing quotation")])
async def test_an_editor_that_cannot_be_opened_is_said_and_the_built_in_one_helps_out(
    named: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[bool] = []
    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", lambda _: resumed.append(True))
    monkeypatch.setenv("EDITOR", named)
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "a")
        await press_when_calm(pilot, "e")
        assert isinstance(pilot.app.screen, EditorScreen)
        assert told in said(pilot) and "Set EDITOR" in said(pilot)
    assert resumed == [True] * named.startswith("/"), "the screen comes back"


async def test_the_editor_is_chosen_in_the_settings(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "comma", "j", "j")
        assert "yours, where EDITOR is set" in text_of(pilot) and "the one of this screen" in text_of(pilot)
        await press(pilot, "enter", "escape")
        assert not settings_file().exists()
        await press(pilot, "enter", "j", "enter")
        assert load().settings.editor == "built in" and pilot.app.preferences.settings.editor == "built in"  # type: ignore[attr-defined]
        await press(pilot, "right")
        assert load().settings.editor == "yours"


async def test_what_is_written_into_the_settings_holds_when_the_editor_is_left(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "comma", "e", *'theme="meta-light"', "ctrl+s", "escape")
        assert isinstance(pilot.app.screen, SettingsScreen) and pilot.app.theme == "meta-light"


async def test_the_intent_goes_on_with_what_was_written(tmp_path: Path) -> None:
    async with screen(None) as pilot:
        pilot.app.push_screen(IntentScreen(tmp_path))
        await press(pilot, *"Log", "ctrl+o")
        assert isinstance(shown := pilot.app.screen, EditorScreen) and shown.text.text.startswith("# Log")
        await press(pilot, "end", "x", "ctrl+s", "escape")
        assert isinstance(pilot.app.screen, IntentScreen) and pilot.app.screen.text.startswith("# Logx")


# What is not edited here


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"a\0", "It is a binary file."), (b"\xff", "It is not UTF-8 text"), (b"x\n" * 600_000, "It is larger than")],
    ids=["binary", "not UTF-8", "large"],
)
async def test_what_is_no_text_is_not_opened_and_the_path_is_named(data: bytes, why: str, tmp_path: Path) -> None:
    file, told = tmp_path / "notes.md", list[bool]()
    file.write_bytes(data)
    async with screen(views.running(tmp_path)) as pilot:
        edit_file(pilot.app, file, told.append)  # type: ignore[arg-type]
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen) and told == [False]
        text = said(pilot)
        assert why in text and str(file) in text and "EDITOR" in text


async def test_a_session_without_a_log_has_only_a_folder_which_is_not_edited(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "enter")
        (view.live[0].folder / "events.jsonl").unlink()
        await press(pilot, "o")
        assert "It is no file." in said(pilot)


async def test_a_log_is_only_read(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    log = view.live[0].folder / "events.jsonl"
    before = log.read_bytes()
    async with screen(view) as pilot:
        await press(pilot, "enter", "o")
        assert "only to be read" in text_of(pilot)
        assert "Save" not in pilot.app.screen.query_one(KeyLine).render().plain
        await press(pilot, "x", "ctrl+s", "ctrl+z", "escape")
        assert isinstance(pilot.app.screen, SessionScreen)
    assert log.read_bytes() == before
