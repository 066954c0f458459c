"""Searching in a session's output, opening its log, and copying out of the app."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers import wait_until
from tests.tui import fixture_views as views
from tests.tui.journeys import make_app, press, screen, settle, text_of
from tests.tui.test_screen_output import append, event
from tui.person.clipboard import clipboard_command, to_clipboard
from tui.screens import session as session_screen
from tui.screens.main import MainScreen
from tui.screens.session import SessionScreen
from tui.widgets.output_view import OutputView


def program(folder: Path, name: str, body: str) -> Path:
    """A program of that name, in a shell."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


async def test_a_search_goes_to_the_newest_match_n_and_capital_n_to_the_others(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    lines = [event("text", text=f"line {n}" + (" Needle [x]" if n % 100 == 50 else "")) for n in range(300)]
    append(view.live[0].folder / "events.jsonl", *lines)
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "enter", "slash", *"needle")
        assert "line 250 Needle [x]" in text_of(pilot) and "3 found" in text_of(pilot)
        await press(pilot, "enter", "N")
        assert isinstance(pilot.app.focused, OutputView) and "line 150 Needle" in text_of(pilot)
        await press(pilot, "n", "n")
        assert "line 50 Needle" in text_of(pilot), "after the last one comes the first"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SessionScreen) and pilot.app.screen.query_one(OutputView).words == ""
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_search_without_a_match_says_so(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "enter", "slash", *"zzz")
        assert "not found" in text_of(pilot)


async def test_o_opens_the_log_in_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(session_screen, "edit_file", lambda app, path, look_only: opened.append(path))
    view = views.running(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "enter", "o")
    assert opened == [view.live[0].folder / "events.jsonl"]


def test_the_desktops_own_program_is_used_where_its_desktop_is(tmp_path: Path) -> None:
    place = str(program(tmp_path / "bin", "wl-copy", "cat > /dev/null").parent)
    program(tmp_path / "bin", "xclip", "cat > /dev/null")
    assert clipboard_command({"PATH": place}) == []
    assert clipboard_command({"PATH": place, "WAYLAND_DISPLAY": "w"}) == [f"{place}/wl-copy"]
    assert clipboard_command({"PATH": place, "DISPLAY": ":0"}) == [f"{place}/xclip", "-selection", "clipboard"]


def test_text_reaches_the_program_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    place = program(tmp_path / "bin", "wl-copy", f"cat > {out}").parent
    to_clipboard("[b] 書籍\n", {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}", "WAYLAND_DISPLAY": "w"})
    assert out.read_text() == "[b] 書籍\n"


async def test_y_copies_by_the_terminal_and_by_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    place = program(tmp_path / "bin", "wl-copy", f"cat > {out}").parent
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    view = views.running(tmp_path)
    app = make_app(view, live=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "y")
        wait_until(lambda: out.exists() and out.read_text() == str(view.live[0].folder))
        assert app.clipboard == str(view.live[0].folder)
