"""Journeys through the LEGO view, the plan, the timeline and the metrics."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.helpers import eventually
from tests.tui import fixture_files as files
from tests.tui import fixture_views as views
from tests.tui.journeys import Moment, Reader, press, said, screen, settle, text_of
from tests.tui.test_work_pictures import at_the_end, at_work
from tui.app import MetaApp
from tui.read_model import WorkspaceView
from tui.screens.lego import LegoScreen
from tui.screens.main import MainScreen
from tui.screens.metrics import MetricsScreen
from tui.screens.plan import PlanScreen
from tui.screens.session import SessionScreen
from tui.screens.timeline import TimelineScreen
from tui.widgets.gantt_view import GanttView
from tui.widgets.graph_view import GraphView
from tui.widgets.lines_view import LinesView


def lego(pilot: Pilot[Any]) -> LegoScreen:
    found = pilot.app.screen
    assert isinstance(found, LegoScreen)
    return found


def title(pilot: Pilot[Any]) -> str:
    return text_of(pilot).split("\n")[0]


async def change(pilot: Pilot[Any], view: WorkspaceView) -> None:
    """The files say something else now."""
    app = pilot.app
    assert isinstance(app, MetaApp) and isinstance(app.reader, Reader)
    app.reader.view = view
    app.look()
    await settle(pilot)


async def test_the_lego_under_the_cursor_opens_on_its_live_output(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L")
        assert lego(pilot).lego == "store"
        assert "running" in title(pilot) and "code · gen #2" in title(pilot)
        assert "list[int] index" in text_of(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_without_one_under_the_cursor_a_person_chooses(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "g", "L")
        assert "Choose a LEGO" in text_of(pilot)
        await press(pilot, "j", "enter")
        assert lego(pilot).lego == "parser"


async def test_h_l_and_digits_go_through_the_tabs_and_big_j_k_through_the_legos(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "l")
        assert lego(pilot).tab == "brief" and "What store" in text_of(pilot)
        await press(pilot, "h", "h")
        assert lego(pilot).tab == "attempts"
        await press(pilot, "4")
        assert "class MissingBook" in text_of(pilot)
        await press(pilot, "J")
        assert (lego(pilot).lego, lego(pilot).tab) == ("parser", "contract")
        assert "No contract yet" in text_of(pilot)
        await press(pilot, "K", "K")
        assert lego(pilot).lego == "cli"


async def test_brackets_go_to_older_and_newer_sessions(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "left_square_bracket")
        assert "session 2 of 5: code · gen #1" in title(pilot)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "session 1 of 5" in title(pilot)


async def test_enter_opens_a_receipt_and_y_copies_its_id(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "7")
        assert "python -m pytest" not in text_of(pilot)
        await press(pilot, "enter")
        assert "python -m pytest" in text_of(pilot) and "KeyError [b]" in text_of(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == "code-store-2"
        await press(pilot, "enter")
        assert "python -m pytest" not in text_of(pilot)


async def test_enter_opens_an_attempt_with_its_files_and_y_copies_its_folder(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "9", "enter")
        assert "brief.md" in text_of(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.endswith("0042-store-code-gen-2")


async def test_a_search_goes_to_its_matches_and_esc_leaves_it_first(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "L", "5", "slash", *"title[33", "enter")
        assert "index[33] = title[33]" in text_of(pilot) and "1 found" in text_of(pilot)
        await press(pilot, "slash", "escape")
        assert isinstance(pilot.app.screen, LegoScreen)
        assert "1 found" not in text_of(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, LegoScreen)


async def test_n_goes_round_the_matches(tmp_path: Path) -> None:
    view = files.commit_work(tmp_path, files.built(tmp_path), 400)
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "L", "5", "slash", *"index[33", "enter")
        assert "11 found" in text_of(pilot)
        text = lego(pilot).query_one("#lego-text", LinesView)
        places = [text.scroll_offset.y]
        for _ in range(11):
            await press(pilot, "n")
            places.append(text.scroll_offset.y)
        assert places[0] == places[-1] and len(set(places)) == 11
        await press(pilot, "N")
        assert text.scroll_offset.y == places[-2]


async def test_what_a_person_reads_stays_in_place_when_the_workspace_changes(tmp_path: Path) -> None:
    view = at_work(tmp_path)
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "L", "5", "pagedown")
        before = lego(pilot).query_one("#lego-text", LinesView).scroll_offset.y
        assert before > 0
        await change(pilot, view._replace(last_event="something else happened"))
        assert lego(pilot).query_one("#lego-text", LinesView).scroll_offset.y == before


async def test_a_new_check_brings_its_receipt_into_the_open_tab(tmp_path: Path) -> None:
    view = at_work(tmp_path)
    (tmp_path / ".orchestrator" / "receipts" / "code-store-2.json").rename(tmp_path / "kept")
    async with screen(view) as pilot:
        await press(pilot, "L", "7")
        assert "red" not in text_of(pilot)
        (tmp_path / "kept").rename(tmp_path / ".orchestrator" / "receipts" / "code-store-2.json")
        phases = tuple(
            p._replace(steps=tuple(s._replace(checks=(*s.checks, views.check())) for s in p.steps)) for p in view.phases
        )
        await change(pilot, view._replace(phases=phases))
        assert "red" in text_of(pilot)


async def test_a_broken_receipt_is_told_and_r_tries_again(tmp_path: Path) -> None:
    view = at_work(tmp_path)
    broken = tmp_path / ".orchestrator" / "receipts" / "code-store-2.json"
    whole = broken.read_text()
    broken.write_text(json.dumps({"id": 7}))
    async with screen(view) as pilot:
        await press(pilot, "L", "7")
        assert "cannot be shown" in text_of(pilot) and "code-store-2.json" in text_of(pilot)
        broken.write_text(whole)
        await press(pilot, "r")
        assert "red" in text_of(pilot)


async def test_an_error_that_nobody_foresaw_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> None:
        raise RuntimeError("the disk is on fire [b]")

    monkeypatch.setattr("tui.lego_sources.load_receipts", load)
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L")
        await pilot.press("7")
        await pilot.pause()
        await pilot.pause()
        for worker in list(pilot.app.workers):
            with pytest.raises(Exception, match="on fire"):
                await worker.wait()
        await pilot.pause()
        assert "RuntimeError: the disk is on fire [b]" in text_of(pilot)


async def test_in_a_narrow_terminal_the_list_and_the_lego_take_turns(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "L")
        assert "parser" not in text_of(pilot)
        await press(pilot, "tab")
        assert "parser" in text_of(pilot)
        await press(pilot, "j", "enter")
        assert lego(pilot).lego == "parser" and "live" in text_of(pilot)


async def test_in_a_wide_terminal_the_lego_follows_the_cursor_of_the_list(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "L", "tab", "j")
        assert lego(pilot).lego == "parser"
        await press(pilot, "k", "tab", "2")
        assert (lego(pilot).lego, lego(pilot).tab) == ("store", "brief")


async def test_a_change_of_the_workspace_leaves_the_cursor_of_the_list_where_it_is(tmp_path: Path) -> None:
    view = at_work(tmp_path)
    async with screen(view, size=(80, 24)) as pilot:
        await press(pilot, "L", "tab", "j", "j")
        await change(pilot, view._replace(last_event="something else happened"))
        await press(pilot, "enter")
        assert lego(pilot).lego == "query"


async def test_ten_thousand_changed_lines_are_read_from_their_first_to_their_last(tmp_path: Path) -> None:
    view = files.commit_work(tmp_path, files.built(tmp_path), 10_000)
    async with screen(view) as pilot:
        await press(pilot, "L", "1", "5")
        assert "index[0] = title[0]" in text_of(pilot)
        await press(pilot, "G")
        assert "return index" in text_of(pilot)


async def test_the_plan_is_walked_by_keys_and_enter_opens_the_lego(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "P")
        plan = pilot.app.screen
        assert isinstance(plan, PlanScreen) and plan.query_one(GraphView).display
        assert plan.chosen == "store"
        await press(pilot, "j")
        assert plan.chosen == "query"
        assert "R-003, R-008" in text_of(pilot)
        await press(pilot, "G", "enter")
        assert lego(pilot).lego == "cli"
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_v_changes_between_drawing_and_list(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), size=(200, 60)) as pilot:
        await press(pilot, "P", "v")
        assert "needs report, query" in text_of(pilot).replace("query, report", "report, query")
        await press(pilot, "j", "enter")
        assert lego(pilot).lego == "parser"
        await press(pilot, "escape", "v")
        assert pilot.app.screen.query_one(GraphView).display


async def test_where_no_drawing_fits_there_is_the_list(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path), size=(34, 20)) as pilot:
        await press(pilot, "P", "v")
        assert "needs" in text_of(pilot)
        assert "no room" in said(pilot)


async def test_the_timeline_opens_legos_and_sessions(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "T")
        assert isinstance(pilot.app.screen, TimelineScreen)
        assert "waited for a person" in title(pilot) and "critical path" in title(pilot)
        await press(pilot, "enter")
        assert "by itself" in said(pilot)
        await press(pilot, "j", "j", "enter")
        assert isinstance(pilot.app.screen, SessionScreen)
        await press(pilot, "escape", "G", "enter")
        assert lego(pilot).lego == "cli"


async def test_plus_and_minus_zoom_and_h_l_go_through_time(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "T")
        drawn = pilot.app.screen.query_one(GanttView)
        await press(pilot, "plus", "plus")
        assert drawn.zoom == 2 and drawn.left > 0
        at = drawn.left
        await press(pilot, "l")
        assert drawn.left > at
        await press(pilot, "h", "h")
        assert drawn.left < at
        await press(pilot, "minus", "minus", "minus")
        assert (drawn.zoom, drawn.left) == (0, 0)
        await press(pilot, "plus", "0")
        assert drawn.zoom == 0


async def test_the_now_line_moves_with_the_clock(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "T")
        app = pilot.app
        assert isinstance(app, MetaApp) and isinstance(app.clock, Moment)
        assert "30:00" in title(pilot)
        app.clock.pass_by(600)
        shown = pilot.app.screen
        assert isinstance(shown, TimelineScreen)
        shown.tick()
        await pilot.pause()
        assert "40:00" in title(pilot)


async def test_c_leaves_only_the_critical_path(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "T", "c")
        assert "parser · design" not in text_of(pilot) and "store · code" in text_of(pilot)
        await press(pilot, "c")
        assert "parser · design" in text_of(pilot)


async def test_metrics_follow_the_journal(tmp_path: Path) -> None:
    view = at_work(tmp_path)
    (tmp_path / ".orchestrator" / "journal.jsonl").unlink()
    async with screen(view, size=(120, 50)) as pilot:
        await press(pilot, "M")
        assert isinstance(pilot.app.screen, MetricsScreen)
        assert "Nothing to measure yet" in text_of(pilot)
        files.write_journal(tmp_path, view)
        await press(pilot, "r")
        assert "one open now" in text_of(pilot) and "unknown" in text_of(pilot)
        assert "still open" in text_of(pilot)


@pytest.mark.parametrize("key", ["L", "P", "T", "M"])
async def test_help_tells_the_keys_and_esc_comes_back(key: str, tmp_path: Path) -> None:
    async with screen(at_the_end(tmp_path)) as pilot:
        await press(pilot, key, "question_mark")
        assert "Back to the screen before" in text_of(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, MainScreen)


@pytest.mark.parametrize("key", ["L", "P", "T", "M"])
async def test_every_size_can_be_had_while_it_is_open(key: str, tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, key)
        for size in ((20, 5), (200, 60), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        assert text_of(pilot).strip()


async def test_reading_never_piles_up_and_the_newest_question_is_answered(tmp_path: Path) -> None:
    async with screen(at_work(tmp_path)) as pilot:
        await press(pilot, "M")
        metrics = pilot.app.screen
        assert isinstance(metrics, MetricsScreen)
        go_on, asked = Event(), []

        def read(number: int) -> None:
            asked.append(number)
            assert go_on.wait(10)

        for number in range(5):
            metrics.load("test", partial(read, number))
        await eventually(lambda: asked == [0])
        metrics.loaded = lambda *_: None  # type: ignore[method-assign]
        go_on.set()
        await eventually(lambda: asked == [0, 4])
        await settle(pilot)
