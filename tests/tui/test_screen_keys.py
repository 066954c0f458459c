"""What each key of the main screen does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import fixture_views as views
from tests.tui.journeys import Reader, commands, decisions, press, said, screen, settle, text_of
from tui.app import MetaApp
from tui.read_model import EngineView, WorkspaceView
from tui.screens.approval import ApprovalScreen
from tui.screens.confirm import Confirm
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.quit import QuitDialog
from tui.screens.session import SessionScreen
from tui.widgets.board import Board
from tui.widgets.details import Details
from tui.widgets.key_line import KeyLine
from tui.widgets.pane import Pane
from tui.widgets.phase_tree import PhaseTree


def at(pilot: Pilot[Any]) -> str:
    """The key of the node under the tree's cursor."""
    selected = main(pilot).query_one(PhaseTree).selected
    assert selected is not None
    return selected.key


def main(pilot: Pilot[Any]) -> MainScreen:
    """The main screen, also below a dialog."""
    return next(one for one in pilot.app.screen_stack if isinstance(one, MainScreen))


async def change(pilot: Pilot[Any], view: WorkspaceView) -> None:
    """The files say something else now."""
    app = pilot.app
    assert isinstance(app, MetaApp) and isinstance(app.reader, Reader)
    app.reader.view = view
    app.look()
    await settle(pilot)


async def test_the_cursor_starts_where_something_goes_on(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        assert at(pilot) == "lego:7:store"


async def test_jk_arrows_g_and_capital_g_move_in_the_tree(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "j")
        assert at(pilot) == "lego:7:parser"
        await press(pilot, "up", "k")
        assert at(pilot) == "phase:7"
        await press(pilot, "G")
        assert at(pilot) == "phase:11"
        await press(pilot, "g")
        assert at(pilot) == "phase:0"


async def test_l_opens_a_node_and_h_goes_out_again(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "l", "l")
        assert at(pilot) == "step:tests_store"
        await press(pilot, "h")
        assert at(pilot) == "lego:7:store"
        await press(pilot, "h", "j")
        assert at(pilot) == "lego:7:parser"


async def test_the_cursor_stays_on_its_node_when_the_view_changes(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "j", "j")
        await change(pilot, views.failed(tmp_path))
        assert at(pilot) == "step:code_query"


async def test_tab_goes_round_tree_board_and_details(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "tab")
        assert isinstance(pilot.app.focused, Pane)
        await press(pilot, "tab")
        assert isinstance(pilot.app.focused, Details)
        await press(pilot, "tab")
        assert isinstance(pilot.app.focused, PhaseTree)
        await press(pilot, "shift+tab")
        assert isinstance(pilot.app.focused, Details)


async def test_in_a_narrow_terminal_one_area_shows_at_a_time(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(80, 24)) as pilot:
        assert main(pilot).query_one(PhaseTree).size.width == 80
        assert main(pilot).query_one(Board).size.width == 0
        await press(pilot, "2")
        assert main(pilot).query_one(PhaseTree).size.width == 0
        assert main(pilot).query_one(Board).size.width == 80
        await press(pilot, "3")
        assert main(pilot).query_one(Details).size.width >= 78
        assert main(pilot).query_one(Board).size.width == 0


async def test_hjkl_move_between_panes_and_enter_enlarges_one(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "tab", "l", "j")
        focused = pilot.app.focused
        assert isinstance(focused, Pane) and focused.session.lego == "report"
        await press(pilot, "h", "k", "enter")
        shown = pilot.app.screen
        assert isinstance(shown, SessionScreen) and shown.session.lego == "store"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_enter_on_a_running_lego_shows_its_session(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SessionScreen)


async def test_a_pane_that_ends_goes_and_the_focus_moves_on(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "tab")
        await change(pilot, views.running(tmp_path, lives=0))
        assert main(pilot).query_one(Board).panes == []
        await change(pilot, views.running(tmp_path, lives=2))
        assert len(main(pilot).query_one(Board).panes) == 2


async def test_x_asks_and_then_writes_a_cancel_command(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "tab", "x")
        assert isinstance(pilot.app.screen, Confirm)
        await press(pilot, "enter")
        assert commands(tmp_path) == []
        await press(pilot, "x", "y")
        assert [(one["command"], one["session"]) for one in commands(tmp_path)] == [("cancel", "0042-store-code-gen-1")]


async def test_x_without_a_running_session_says_why_nothing_happens(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await press(pilot, "x")
        assert isinstance(pilot.app.screen, MainScreen)
        assert "Nothing to cancel" in said(pilot)


async def test_capital_r_retries_the_failed_step(tmp_path: Path) -> None:
    async with screen(views.failed(tmp_path)) as pilot:
        await press(pilot, "R")
        assert [(one["command"], one["step"], one["lego"]) for one in commands(tmp_path)] == [
            ("retry", "code", "store")
        ]


async def test_capital_r_does_nothing_where_nothing_failed(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "R")
        assert commands(tmp_path) == []
        assert "Nothing to retry" in said(pilot)


async def test_p_pauses_and_p_again_goes_on(tmp_path: Path) -> None:
    view = views.running(tmp_path)
    async with screen(view) as pilot:
        await press(pilot, "p")
        await change(pilot, view._replace(paused=True))
        assert "paused" in text_of(pilot)
        await press(pilot, "p")
        assert [one["command"] for one in commands(tmp_path)] == ["pause", "go_on"]


async def test_a_opens_what_has_waited_longest_and_nothing_opens_by_itself(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        assert isinstance(pilot.app.screen, MainScreen)
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_a_says_so_when_nothing_waits(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "a")
        assert "Nothing waits for you." in said(pilot)


async def test_q_asks_while_the_engine_runs_and_enter_stays(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, QuitDialog)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MainScreen)
        await press(pilot, "q", "escape")
        assert isinstance(pilot.app.screen, MainScreen) and decisions(tmp_path) == {}


async def test_q_then_g_leaves_the_work_running(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "q")
        await pilot.press("g")
        await pilot.pause()
        assert not pilot.app.is_running or pilot.app._exit
        assert decisions(tmp_path) == {}


async def test_q_then_s_stops_the_work(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "q")
        await pilot.press("s")
        await pilot.app.workers.wait_for_complete()
        assert [one["command"] for one in commands(tmp_path)] == ["stop"]


async def test_q_leaves_at_once_when_no_engine_runs(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path)) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app._exit


async def test_escape_never_leaves_the_app(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)._replace(engine=EngineView())) as pilot:
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen) and not pilot.app._exit


async def test_help_lists_the_keys_of_every_part(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(120, 70)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = text_of(pilot)
        for words in ("Main screen", "Phase tree", "LEGO board", "Details", "Cancel the selected session"):
            assert words in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_help_wraps_what_a_key_does_under_itself(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(120, 70)) as pilot:
        await press(pilot, "question_mark")
        lines = text_of(pilot).splitlines()
        (at,) = (number for number, line in enumerate(lines) if "Agree, for this run" in line)
        assert lines[at + 1].index("fetched ") == lines[at].index("Agree, for this run")


async def test_the_command_palette_knows_every_act_that_there_is_now(tmp_path: Path) -> None:
    for view, acts in ((views.running, {"Cancel", "Pause"}), (views.waiting, {"Decide"}), (views.failed, {"Retry"})):
        async with screen(view(tmp_path)) as pilot:
            titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
            assert titles >= {*acts, "Note", "Help", "Quit", "Theme"}


@pytest.mark.parametrize(
    ("state", "named"),
    [
        ("empty", set()),
        ("running", {"Cancel", "Pause"}),
        ("waiting", {"Decide"}),
        ("failed", {"Retry", "Pause"}),
        ("finished", set()),
    ],
)
async def test_the_footer_names_what_there_is_to_do(state: str, named: set[str], tmp_path: Path) -> None:
    async with screen(getattr(views, state)(tmp_path), size=(80, 24)) as pilot:
        last = text_of(pilot).splitlines()[-1]
        assert {words for words in ("Decide", "Cancel", "Retry", "Pause") if words in last} == named
        assert "Open" in last and "Help" in last and "Quit" in last


async def test_the_footer_follows_the_work(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await change(pilot, views.waiting(tmp_path))
        assert "Decide" in text_of(pilot).splitlines()[-1]


async def test_a_key_that_has_nothing_to_do_says_so(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "a")
        assert "Nothing waits for you" in said(pilot)


async def test_a_tiny_terminal_and_back_does_no_harm(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        before = text_of(pilot)
        for key in ("1", "2", "3", "question_mark", "escape", "q", "escape"):
            await pilot.resize_terminal(20, 5)
            await press(pilot, key)
        await pilot.resize_terminal(120, 40)
        await press(pilot, "1")
        assert text_of(pilot) == before


async def test_a_click_selects_a_row(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await pilot.click(PhaseTree, offset=(8, 3))
        await settle(pilot)
        assert at(pilot) == "phase:3"


async def test_a_click_on_a_key_presses_it(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        line = text_of(pilot).splitlines()[-1]
        await pilot.click(KeyLine, offset=(line.index("Quit") + 1, 0))
        await settle(pilot)
        assert isinstance(pilot.app.screen, QuitDialog)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("lives", [0, 2])
async def test_when_an_enlarged_session_has_ended_the_keys_are_the_boards_again(
    lives: int, size: tuple[int, int], tmp_path: Path
) -> None:
    async with screen(views.running(tmp_path), size=size) as pilot:
        await press(pilot, "2", "G", "enter")
        await change(pilot, views.running(tmp_path, lives))
        await press(pilot, "escape")
        assert isinstance(pilot.app.focused, Pane if lives else Board)
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, QuitDialog)


async def test_a_line_to_type_in_cannot_have_the_focus_while_it_is_hidden(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        for keys in (("slash", "escape"), ("slash", "q", "enter"), ("escape",)):
            await press(pilot, *keys)
            assert not any(field.focusable for field in main(pilot).query(Input))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        for last in ("escape", "enter"):
            await press(pilot, "slash", last)
            assert not any(field.focusable for field in pilot.app.screen.query(Input))


def keys_of(pilot: Pilot[Any]) -> str:
    """The line of keys."""
    return " ".join(text_of(pilot).splitlines()[-1].split())


async def test_in_a_small_terminal_the_line_of_keys_says_where_the_rest_is(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(80, 24)) as pilot:
        assert keys_of(pilot) == "⏎ Open x Cancel p Pause tab Board / Filter P Plan L LEGO ? Help q Quit"
        await press(pilot, "tab")
        assert keys_of(pilot).startswith("⏎ Enlarge x Cancel p Pause tab Details / Filter")
        await press(pilot, "tab")
        assert "tab Tree" in keys_of(pilot) and keys_of(pilot).endswith("? Help q Quit")


async def test_in_a_wide_terminal_the_line_of_keys_names_every_view(tmp_path: Path) -> None:
    async with screen(views.finished(tmp_path), size=(200, 60)) as pilot:
        shown = keys_of(pilot)
        assert shown.startswith("⏎ Open tab Board / Filter P Plan L LEGO T Timeline C Changes M Metrics E Trace")
        assert shown.endswith("U Runtimes W Wisdom , Settings f By state ? Help q Quit")


async def test_help_and_quit_stay_where_there_is_next_to_no_room(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(30, 10)) as pilot:
        assert keys_of(pilot) == "⏎ Open ? Help q Quit"


async def test_enter_on_a_board_that_says_what_waits_opens_that(tmp_path: Path) -> None:
    async with screen(views.waiting(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "2")
        assert keys_of(pilot).startswith("⏎ Open a Decide tab Details")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ApprovalScreen)


async def test_enter_is_not_offered_on_a_board_that_has_nothing_to_open(tmp_path: Path) -> None:
    async with screen(views.finished(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "2")
        assert keys_of(pilot).startswith("tab Details")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_panes_stand_in_the_order_of_the_tree_whenever_they_began(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path, lives=2)) as pilot:
        more = views.running(tmp_path, lives=4)
        await change(pilot, more._replace(sessions=(more.sessions[2], *more.sessions[:2], *more.sessions[3:])))
        assert [pane.session.lego for pane in main(pilot).query_one(Board).panes] == [
            "query",
            "store",
            "parser",
            "report",
        ]
        await change(pilot, more)
        assert [pane.session.lego for pane in main(pilot).query_one(Board).panes] == [
            "store",
            "parser",
            "query",
            "report",
        ]
        shown = sorted(main(pilot).query_one(Board).panes, key=lambda pane: (pane.region.y, pane.region.x))
        assert [pane.session.lego for pane in shown] == ["store", "parser", "query", "report"]


@pytest.mark.parametrize("size", [(160, 50), (220, 60)])
async def test_a_big_terminal_lays_panes_beside_each_other(size: tuple[int, int], tmp_path: Path) -> None:
    async with screen(views.running(tmp_path, lives=3), size=size) as pilot:
        first, second, third = main(pilot).query_one(Board).panes
        assert first.region.y == second.region.y and first.region.width >= 54
        assert (third.region.y > first.region.y) == (size[0] == 160)


async def test_what_one_pane_cannot_fill_is_the_details(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path, lives=1), size=(220, 60)) as pilot:
        (pane,) = main(pilot).query_one(Board).panes
        assert pane.region.height <= 24 < main(pilot).query_one(Details).region.height
    async with screen(views.running(tmp_path, lives=1), size=(80, 60)) as pilot:
        await press(pilot, "2")
        (pane,) = main(pilot).query_one(Board).panes
        assert pane.region.height > 50, "alone it has all the room"
