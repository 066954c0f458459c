"""What comes from outside does no harm: hostile text, tiny terminals, files that are broken or gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.cookbook import kitchen
from tests.tui import fixture_files as files
from tests.tui import fixture_views as views
from tests.tui.journeys import WIDE, press, screen, settle, text_of
from tui.app import MetaApp
from tui.lines.sanitize import clean
from tui.lines.wrap import wrap_cells
from tui.read_model import ViewReader, WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.screens.lego import LegoScreen
from tui.screens.session import SessionScreen
from tui.tail import Tail
from tui.views import VIEWS
from tui.widgets.board import Board

HOSTILE = {
    "colours and cursor moves": "\x1b[31;1mred\x1b[0m \x1b[2J\x1b[H\x1b[?1049h\x1b[10;10f up\x1b[A",
    "a link and the clipboard": "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \x1b]52;c;ZXZ=\x07 \x1b]0;t\x1b\\",
    "device strings": "\x1bP1$r0m\x1b\\ \x1b_private\x1b\\ \x1b^message\x1b\\ \x9b31m \x90q\x9c",
    "an escape without an end": "\x1b]52;c;AAAA",
    "markup": "[bold]not bold[/bold] [/] [@click=app.exit]exit[/] list[int] [/usr/bin] [red",
    "emoji": "👩‍👩‍👧‍👦 family 🇪🇺 flag 👍🏽 thumb 📚📚📚",
    "wide characters": "書籍も含む本の一覧です。" * 12,
    "combining and zero width": "e\u0301\u0301\u0301 a\u200bb\u200dc\ufeffd Z\u0351\u036b\u0343algo \u2060\u00ad",
    "other directions": "\u202eabc\u202c \u2066def\u2069 \u061c\u200f \u05e9\u05dc\u05d5\u05dd",
    "control characters": "nul\x00 bell\x07 back\x08\x08 form\x0c shift\x0e\x0f del\x7f next\x85 \u2028line\u2029",
    "a carriage return": "progress 10%\rprogress 99%\r\nnext",
    "half of a pair": "\ud83d alone \udcff",
}
LONG = "x" * 1_000_000
SCREENS = ["", "enter", *(view.key for view in VIEWS)]


def harmless(text: str) -> bool:
    """Whether a terminal would only draw it, in the order in which it stands."""
    unwanted = {*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)} - {0x0A}
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
    return not any(ord(one) in unwanted | turning for one in text)


def fill(folder: Path) -> None:
    """All that is hostile, as the output of one session."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"t": 1.0, "kind": "text", "text": text}) for text in (LONG, *HOSTILE.values())]
    kinds = ("tool_started", "tool_finished", "file_changed", "error", "result", "question", "unheard of\x1b[2J")
    lines += [json.dumps({"kind": kind, "name": text, "path": text}) for kind in kinds for text in HOSTILE.values()]
    raw = (
        b'{"kind":"text","text":"\xff\xfe\xc0\x80 \xed\xa0\x80 raw"}\n\x00\x00\x1b[2J no json\n'
        + b"[" * 100_000
        + b"\n"
    )
    (folder / "events.jsonl").write_bytes("\n".join(lines).encode() + b"\n" + raw + b"\n")


def assert_clean(pilot: Pilot[Any]) -> None:
    """Nothing that a terminal would obey stands on the screen, and each row is as wide as the terminal."""
    text = text_of(pilot)
    assert harmless(text)
    assert {cell_len(line) for line in text.split("\n")} == {pilot.app.size.width}
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            assert not segment.style or not segment.style.link


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_cleaned_and_wrapped_within_the_width(name: str) -> None:
    cleaned = clean(HOSTILE[name])
    assert harmless(cleaned)
    for paragraph in cleaned.split("\n"):
        for width in (2, 7, 40):
            assert all(cell_len(line) <= width for line in wrap_cells(paragraph, width))


def test_markup_and_letters_of_every_script_stay_as_they_are() -> None:
    for name in ("markup", "wide characters", "emoji"):
        assert clean(HOSTILE[name]) == HOSTILE[name]


def test_every_line_of_hostile_output_is_harmless_in_a_tail(tmp_path: Path) -> None:
    fill(tmp_path)
    lines = Tail(tmp_path / "events.jsonl", max_read=64 * 1024 * 1024).poll()
    assert len(lines) > 7 * len(HOSTILE)
    assert all(harmless(line.text) and "\n" not in line.text for line in lines)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
@pytest.mark.parametrize("keys", [[], ["2"], ["2", "enter"], ["L"]])
async def test_hostile_output_shows_harmlessly_in_panes_and_in_full(
    keys: list[str], size: tuple[int, int], tmp_path: Path
) -> None:
    view = views.running(tmp_path, lives=2)
    for session in view.live:
        fill(session.folder)
    async with screen(view, size) as pilot:
        await press(pilot, *keys)
        assert_clean(pilot)
        await press(pilot, "g", "pagedown")
        assert_clean(pilot)


async def test_hostile_artifacts_titles_and_questions_show_harmlessly_at_a_gate(tmp_path: Path) -> None:
    text = "# T\n\n" + "\n\n".join(HOSTILE.values()) + "\n\n```\n" + "\n".join(HOSTILE.values()) + "\n```\n"
    view = views.waiting(tmp_path)
    (tmp_path / "requirements.md").write_text(text + LONG, errors="replace")
    asked = view.waiting[0]._replace(questions=tuple(HOSTILE.values()))
    hostile = view._replace(waiting=(asked,), last_event=text, problems=tuple(HOSTILE.values()))
    async with screen(hostile) as pilot:
        assert_clean(pilot)
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, ApprovalScreen)
        assert_clean(pilot)
        await press(pilot, "G")
        assert_clean(pilot)


async def test_hostile_questions_show_harmlessly(tmp_path: Path) -> None:
    view = views.asking(tmp_path)
    asked = view.waiting[0]._replace(questions=tuple(HOSTILE.values()))
    async with screen(view._replace(waiting=(asked,))) as pilot:
        await press(pilot, "a")
        assert_clean(pilot)


async def squeeze(pilot: Pilot[Any]) -> None:
    """The terminal becomes tiny, and large again. Calm is awaited after each size."""
    for size in ((20, 5), (1, 1), (3, 2), WIDE):
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert pilot.app.is_running and pilot.app.size == size


@pytest.mark.parametrize("key", SCREENS)
async def test_each_screen_comes_back_from_a_tiny_terminal(key: str, tmp_path: Path) -> None:
    async with screen(files.built(tmp_path)) as pilot:
        await press(pilot, *([key] if key else []))
        before = text_of(pilot)
        await squeeze(pilot)
        assert words(text_of(pilot)) == words(before)


@pytest.mark.parametrize("state", [views.waiting, views.asking])
async def test_a_gate_comes_back_from_a_tiny_terminal(state: Callable[[Path], WorkspaceView], tmp_path: Path) -> None:
    async with screen(state(tmp_path)) as pilot:
        await press(pilot, "a")
        before = text_of(pilot)
        await squeeze(pilot)
        assert words(text_of(pilot)) == words(before)


async def test_an_enlarged_pane_comes_back_from_a_tiny_terminal(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "2", "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        before = text_of(pilot)
        await squeeze(pilot)
        assert words(text_of(pilot)) == words(before)


async def test_the_welcome_screen_comes_back_from_a_tiny_terminal() -> None:
    async with screen(None) as pilot:
        before = text_of(pilot)
        await squeeze(pilot)
        assert words(text_of(pilot)) == words(before)


def words(text: str) -> list[str]:
    """What is said, wherever scroll bars and rulers stand."""
    return [word for word in text.split() if word.isalnum()]


async def test_output_that_became_unreadable_is_told_and_what_showed_stays(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    events = view.live[0].folder / "events.jsonl"
    async with screen(view) as pilot:
        assert "Two tests still fail" in text_of(pilot)
        events.unlink()
        events.mkdir()
        pilot.app.screen.query_one(Board).flush()
        await settle(pilot)
        text = text_of(pilot)
        assert "events.jsonl" in text and "Traceback" not in text
        await press(pilot, "2", "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        assert "events.jsonl" in text_of(pilot)


async def test_a_session_folder_that_vanishes_takes_nothing_with_it(tmp_path: Path) -> None:
    view = views.running(tmp_path, lives=1)
    async with screen(view) as pilot:
        shutil.rmtree(view.live[0].folder)
        pilot.app.screen.query_one(Board).flush()
        await press(pilot, "2", "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        await press(pilot, "escape", "L")
        assert isinstance(pilot.app.screen, LegoScreen)
        await press(pilot, "2")
        assert "Traceback" not in text_of(pilot)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[]", b'{"version": 99}', None])
async def test_state_that_cannot_be_read_is_told_without_a_crash(content: bytes | None, tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "app").root
    state = workspace / ".orchestrator" / "orchestrator_state.json"
    state.unlink(missing_ok=True)
    if content is None:
        state.mkdir()
    else:
        state.write_bytes(content)
    async with screen(views.running(workspace), reader=ViewReader(workspace)) as pilot:
        assert "orchestrator_state.json" in text_of(pilot) and "Traceback" not in text_of(pilot)
        assert pilot.app.is_running


async def test_a_journal_that_breaks_while_it_is_read_is_told_and_what_showed_stays(tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "app").root
    async with screen(views.running(workspace), reader=ViewReader(workspace)) as pilot:
        app = pilot.app
        assert isinstance(app, MetaApp) and "Dishes" in text_of(pilot)
        with (workspace / ".orchestrator" / "journal.jsonl").open("ab") as journal:
            journal.write(b"\xff this is no event\n{}\n")
        app.look()
        await settle(pilot)
        assert "journal.jsonl" in text_of(pilot) and "Dishes" in text_of(pilot)
