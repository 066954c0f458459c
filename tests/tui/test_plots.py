"""Bars, sparklines and columns; and the figures of a run as blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fixture_files as files
from tests.tui.fixture_views import NOW
from tui.lines.plots import bar, columns, running_total, sparkline
from tui.loaders.metrics import load_metrics
from tui.words.metrics import Bar, bars, blocks, figures, money

AMOUNTS = st.floats(0, 1e9)


def test_a_bar_is_as_long_as_its_share_in_eighths_of_a_cell() -> None:
    assert bar(10, 10, 4) == "████"
    assert bar(5, 10, 4) == "██"
    assert bar(1, 16, 4) == "▎"


@given(AMOUNTS, AMOUNTS, st.integers(0, 50))
def test_a_bar_never_leaves_its_room(value: float, most: float, width: int) -> None:
    assert len(bar(value, most, width)) <= width


def test_little_always_shows_and_nothing_never() -> None:
    assert bar(0.001, 1e9, 10) == "▏"
    assert bar(0, 10, 10) == bar(5, 0, 10) == ""


def test_a_sparkline_has_a_character_for_each_value() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([1], most=8) == "▁"


@given(st.lists(AMOUNTS, max_size=30), st.integers(1, 9))
def test_columns_are_a_rectangle(values: list[float], height: int) -> None:
    rows = columns(values, height)
    assert [len(one) for one in rows] == [len(values)] * height


def test_columns_grow_from_below() -> None:
    assert columns([8, 4, 0], 2) == ["█  ", "██ "]


def test_a_running_total_ends_with_the_sum() -> None:
    assert running_total([(0, 1), (5, 2), (10, 4)], 0, 10, 5) == [1, 1, 3, 3, 7]
    assert running_total([], 0, 10, 3) == [0, 0, 0]
    assert running_total([(1, 1)], 0, 0, 0) == []


def test_what_is_unknown_is_said_and_has_no_bar() -> None:
    line = bars("Tokens", [Bar("store", None, "unknown")]).lines(60)[0].plain
    assert "unknown" in line and "█" not in line and "▏" not in line


def test_notes_give_way_in_a_narrow_place() -> None:
    block = bars("Time", [Bar("a", 1, "1:00", "a long remark here")])
    assert "remark" in block.lines(80)[0].plain
    assert "remark" not in block.lines(30)[0].plain


@pytest.mark.parametrize(("amount", "said"), [(0, "$0.00"), (1.234, "$1.23"), (0.00123, "$0.0012")])
def test_money_is_told_to_the_cent_or_to_what_tells_something(amount: float, said: str) -> None:
    assert money(amount) == said


@pytest.mark.parametrize("width", [20, 38, 56, 100])
def test_every_block_has_as_many_lines_as_it_promised_and_fits(width: int, tmp_path: Path) -> None:
    view = files.built(tmp_path)
    files.write_journal(tmp_path, view)
    for block in blocks(load_metrics(tmp_path, NOW), view.sessions, NOW):
        lines = block.lines(width)
        assert len(lines) == block.height
        assert all(line.cell_length <= max(width, 30) for line in lines), block.title


def test_a_run_without_figures_says_so(tmp_path: Path) -> None:
    found = load_metrics(tmp_path, NOW)
    told = {figure.name: figure.value for figure in figures(found)}
    assert (told["tokens"], told["money"], told["first pass"]) == ("unknown", "unknown", "unknown")
    assert all(len(block.lines(50)) == 1 for block in blocks(found, (), NOW))


def test_the_figures_of_a_run(tmp_path: Path) -> None:
    files.write_journal(tmp_path, files.built(tmp_path))
    told = {figure.name: figure for figure in figures(load_metrics(tmp_path, NOW))}
    assert told["waited for you"].note == "one open now"
    assert told["money"].value == "unknown"
    assert told["tokens"].value.endswith("k")


def test_a_run_whose_sessions_tell_no_tokens_says_so_once_and_counts_what_it_can(tmp_path: Path) -> None:
    view = files.built(tmp_path)
    files.write_journal(tmp_path, view)
    journal = tmp_path / ".orchestrator" / "journal.jsonl"
    journal.write_text(re.sub(r'"tokens": ?\d+', '"tokens": null', journal.read_text()))
    found = load_metrics(tmp_path, NOW)
    assert next(figure.note for figure in figures(found) if figure.name == "tokens") == "no session told any"
    silent = [session._replace(tokens=None) for session in view.sessions]
    told = {block.title: "\n".join(line.plain for line in block.lines(80)) for block in blocks(found, silent, NOW)}
    assert "a recording tells none" in told["Tokens over time"]
    assert "unknown" not in " ".join(told.values())
    assert "store" in told["Sessions of each LEGO"] and "Tokens of each LEGO" not in told
    assert "tells no usage" in told["Runtimes"]
