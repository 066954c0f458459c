"""The tree reduced to what a person asked for."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len

from tests.tui import fixture_views as views
from tests.tui.journeys import press, screen, text_of
from tests.tui.test_screen_keys import at, main
from tui.read_model import WorkspaceView
from tui.tree.filter import Filter, kept, nothing_found
from tui.tree.model import build, rows
from tui.widgets.filter_line import FilterLine
from tui.widgets.phase_tree import PhaseTree


def shown(view: WorkspaceView, wanted: Filter) -> list[str]:
    nodes, opened, _ = kept(build(view), wanted)
    return [row.node.key for row in rows(nodes, dict.fromkeys(opened, True))]


def test_words_leave_the_instances_that_have_them_and_their_parents(tmp_path: Path) -> None:
    assert shown(views.running(tmp_path), Filter("store")) == ["phase:7", "lego:7:store"]
    assert shown(views.running(tmp_path), Filter("STORE code")) == ["phase:7", "lego:7:store"]
    assert shown(views.running(tmp_path), Filter("require")) == ["phase:3"]
    assert shown(views.running(tmp_path), Filter("no such thing")) == []


def test_only_active_and_only_trouble_open_down_to_the_step(tmp_path: Path) -> None:
    assert shown(views.failed(tmp_path), Filter(only="trouble")) == ["phase:7", "step:code_store"]
    active = shown(views.running(tmp_path), Filter(only="active"))
    assert "step:code_store" in active and "step:tests_store" not in active
    assert shown(views.finished(tmp_path), Filter(only="active")) == []


def test_stale_work_counts_as_trouble(tmp_path: Path) -> None:
    old = views.phase(7, views.step("code", 7, "stale", "store"), views.step("code", 7, "done", "cli"))
    view = views.finished(tmp_path)._replace(phases=(old,))
    assert shown(view, Filter(only="trouble")) == ["phase:7", "step:code_store"]


async def test_slash_filters_while_typing_and_escape_shows_all_again(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "slash", *"parser")
        assert "/ Filter" not in text_of(pilot), "it would be typed"
        assert "/ parser" in text_of(pilot) and "2 steps   ⏎ keeps · esc shows all" in text_of(pilot)
        await press(pilot, "enter")
        assert "filter: parser   2 steps   esc shows all" in text_of(pilot)
        assert isinstance(pilot.app.focused, PhaseTree)
        assert [row.node.key for row in main(pilot).query_one(PhaseTree)._rows] == ["phase:7", "lego:7:parser"]
        await press(pilot, "j")
        assert at(pilot) == "lego:7:parser"
        await press(pilot, "escape")
        assert not main(pilot).query_one(FilterLine).display
        assert at(pilot) == "lego:7:parser", "the cursor stays on its node"


async def test_after_a_filter_the_cursor_is_on_its_node_or_on_what_that_is_folded_into(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "f", "G")
        assert at(pilot) == "step:code_cli"
        await press(pilot, "escape")
        assert at(pilot) == "lego:7:cli"
        await press(pilot, "slash", *"risk", "enter", "G", "escape")
        assert at(pilot) == "phase:4"


async def test_escape_while_typing_closes_the_line_and_the_keys_are_the_trees_again(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(80, 24)) as pilot:
        before = text_of(pilot)
        await press(pilot, "slash", *"qx", "escape")
        assert text_of(pilot) == before
        assert isinstance(pilot.app.focused, PhaseTree)


async def test_f_goes_round_all_active_and_trouble(tmp_path: Path) -> None:
    async with screen(views.failed(tmp_path)) as pilot:
        await press(pilot, "f")
        assert "filter: running, waiting, failed" in text_of(pilot)
        await press(pilot, "f")
        assert "filter: failed, stopped, paused, stale" in text_of(pilot)
        assert "Requirements" not in text_of(pilot)
        await press(pilot, "f")
        assert "filter:" not in text_of(pilot) and "Requirements" in text_of(pilot)


async def test_what_was_opened_before_a_filter_is_open_after_it(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "l")
        before = [row.node.key for row in main(pilot).query_one(PhaseTree)._rows]
        assert "step:tests_store" in before
        await press(pilot, "f", "f", "f")
        assert [row.node.key for row in main(pilot).query_one(PhaseTree)._rows] == before


async def test_where_nothing_matches_the_tree_says_what_was_looked_for_and_the_way_back(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path)) as pilot:
        await press(pilot, "slash", *"[b]none", "enter")
        assert " No step for [b]none: esc shows all" in text_of(pilot)
        await press(pilot, "escape")
        assert "No step for" not in text_of(pilot) and "Requirements" in text_of(pilot)


async def test_where_nothing_is_in_trouble_the_tree_says_so(tmp_path: Path) -> None:
    async with screen(views.running(tmp_path), size=(80, 24)) as pilot:
        await press(pilot, "f", "f")
        assert " No step for failed, stopped, paused, stale: esc shows all" in text_of(pilot)


def test_long_words_leave_room_for_the_way_back() -> None:
    said = nothing_found(Filter("no such thing anywhere"), 40)
    assert cell_len(said) <= 40 and said.startswith(" No step for no such") and said.endswith("…: esc shows all")


def test_a_step_that_no_runtime_can_do_counts_as_trouble(tmp_path: Path) -> None:
    held = views.phase(7, views.step("code", 7, "paused", "store"), views.step("code", 7, "done", "cli"))
    view = views.finished(tmp_path)._replace(phases=(held,))
    assert shown(view, Filter(only="trouble")) == ["phase:7", "step:code_store"]
