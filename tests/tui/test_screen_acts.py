"""Acts that are asked about first: taking over and handing back, and doing again what is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui import fixture_views as views
from tests.tui.journeys import commands, press, said, screen, text_of
from tui.loaders import hands as loader
from tui.loaders.command import Ran
from tui.loaders.hands import Hands
from tui.read_model import WorkspaceView
from tui.screens import hands as hands_screen
from tui.screens.confirm import Confirm
from tui.screens.hands import HandsScreen
from tui.screens.main import MainScreen

SAID = """0043-code is in your hands. Go on so:
  cd /w/store && claude --resume 7f
  the task: /w/.orchestrator/sessions/0043-code/brief.md
When it is done: meta hand-back 0043-code
"""


def with_stale(folder: Path) -> WorkspaceView:
    """Everything is done; the code of two LEGOs and the documentation are stale."""
    view = views.finished(folder)
    old = views.phase(
        7,
        views.step("tests", 7, "done", "store"),
        views.step("code", 7, "stale", "store"),
        views.step("tests", 7, "stale", "cli"),
        views.step("code", 7, "stale", "cli"),
    )
    return view._replace(phases=(*view.phases[:7], old, *view.phases[8:9], views.single(9, "stale"), *view.phases[10:]))


def in_hands(view: WorkspaceView) -> WorkspaceView:
    """The first live session is in the person's hands."""
    mine = view.live[0]._replace(runtime="handoff", in_hands=True)
    phases = tuple(
        phase._replace(
            steps=tuple(
                step._replace(sessions=tuple(mine if one.id == mine.id else one for one in step.sessions))
                for step in phase.steps
            ),
        )
        for phase in view.phases
    )
    return view._replace(phases=phases, sessions=(mine, *view.sessions[1:]))


def test_what_the_command_said_holds_the_way_to_go_on() -> None:
    found = loader._read("take-over", Ran("ended", 0, SAID, ""))
    assert (found.session, found.command, found.trouble) == ("0043-code", "cd /w/store && claude --resume 7f", "")


def test_a_command_that_failed_says_why() -> None:
    assert loader._read("take-over", Ran("ended", 2, "", "meta: it has ended\n")).trouble == "it has ended"
    assert "gave no answer" in loader._read("hand-back", Ran("timed out", None, "", "")).trouble
    assert "exit code 1" in loader._read("hand-back", Ran("ended", 1, "", "")).trouble


async def test_t_asks_then_shows_the_command_and_y_copies_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def take(workspace: Path, session: str, stopped: Any) -> Hands:
        asked.append(session)
        return Hands(SAID.strip(), "0043-code")

    monkeypatch.setattr(hands_screen, "take_over", take)
    view = views.running(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, Confirm) and asked == []
        await press(pilot, "y")
        assert isinstance(pilot.app.screen, HandsScreen) and asked == [view.live[0].id]
        assert "claude --resume 7f" in text_of(pilot) and "y copies the command" in text_of(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == "cd /w/store && claude --resume 7f"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_no_takes_nothing_over(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "t", "enter")
        assert isinstance(pilot.app.screen, MainScreen) and commands(tmp_path) == []


async def test_t_on_a_session_in_your_hands_offers_to_hand_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back: list[str] = []

    def hand(workspace: Path, session: str, stopped: Any) -> Hands:
        back.append(session)
        return Hands(f"{session} is handed back.")

    monkeypatch.setattr(hands_screen, "hand_back", hand)
    view = in_hands(views.running(tmp_path))
    async with screen(view) as pilot:
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, HandsScreen) and "brief.md" in text_of(pilot).replace("\n", "")
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, MainScreen) and back == [view.live[0].id]
        assert "is handed back" in said(pilot)


async def test_a_hand_back_that_is_refused_keeps_the_dialog_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands_screen, "hand_back", lambda *_: Hands(trouble="the result is no JSON"))
    async with screen(in_hands(views.running(tmp_path))) as pilot:
        await press(pilot, "t", "t")
        assert isinstance(pilot.app.screen, HandsScreen) and "the result is no JSON" in text_of(pilot)


async def test_the_real_command_says_why_it_cannot(tmp_path: Path) -> None:
    (tmp_path / ".orchestrator").mkdir()
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "t", "y")
        assert isinstance(pilot.app.screen, HandsScreen) and "✗" in text_of(pilot)


async def test_t_without_a_session_says_what_to_select(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "t")
        assert "Nothing to take over" in said(pilot)


async def test_capital_f_names_all_that_is_stale_and_a_yes_does_it_again(tmp_path: Path) -> None:
    async with screen(with_stale(tmp_path)) as pilot:
        assert "≈ 4 stale" in text_of(pilot)
        await press(pilot, "g", "F")
        for words in ("Do 4 stale steps again?", "store · code", "cli · tests", "cli · code", "≈ Documentation"):
            assert words in text_of(pilot)
        await press(pilot, "y")
        assert [(one["command"], one["step"], one["lego"]) for one in commands(tmp_path)] == [("refresh", "", "")]


async def test_n_adds_something_to_the_next_brief_of_the_selected_step(tmp_path: Path) -> None:
    async with screen(with_stale(tmp_path)) as pilot:
        await press(pilot, "f", "f", "j", "G", "n")
        assert "For the next session of Documentation" in text_of(pilot)
        await press(pilot, *"Less", "ctrl+r")
        [note] = commands(tmp_path)
        assert (note["command"], note["step"], note["values"]) == ("note", "documentation", {"text": "Less"})


async def test_capital_f_on_a_lego_does_only_that_lego_again(tmp_path: Path) -> None:
    async with screen(with_stale(tmp_path)) as pilot:
        await press(pilot, "slash", *"cli", "enter", "G", "F")
        assert "Do 2 stale steps again?" in text_of(pilot)
        await press(pilot, "y")
        assert [(one["command"], one["step"], one["lego"]) for one in commands(tmp_path)] == [("refresh", "", "cli")]


async def test_capital_f_on_a_stale_step_does_only_that_step_again_and_a_no_nothing(tmp_path: Path) -> None:
    async with screen(with_stale(tmp_path)) as pilot:
        await press(pilot, "f", "f", "j", "G", "F")
        assert "Do 1 stale step again?" in text_of(pilot)
        await press(pilot, "n")
        assert commands(tmp_path) == []
        await press(pilot, "F", "y")
        assert [(one["command"], one["step"], one["lego"]) for one in commands(tmp_path)] == [
            ("refresh", "documentation", "")
        ]


async def test_capital_f_where_nothing_is_stale_says_so(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "F")
        assert "Nothing is stale" in said(pilot) and commands(tmp_path) == []
