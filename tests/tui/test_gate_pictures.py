"""The states of a gate as pictures. Look at each changed picture before accepting it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_gate as given
from tests.tui.journeys import make_app, run_before
from tests.tui.test_taking_sides import with_both_sides

WIDE, NARROW = (120, 40), (80, 24)
WIDEST = (200, 60)
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])


@SIZES
def test_the_diff(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("a", "3"))


def test_the_diff_with_both_line_numbers(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path))
    assert snap_compare(app, terminal_size=WIDEST, run_before=run_before("a", "3"))


def test_comments_on_lines(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path))
    keys = ["a", "3", "j", "j", "c", *"Why three?", "ctrl+r"]
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before(*keys))


def test_a_comment_being_written(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path))
    keys = ["a", "2", "j", "j", "c", *"Testable by [whom]?", "left"]
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before(*keys))


def test_a_queue_of_two(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.queue_of_two(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("a"))


@SIZES
def test_questions_with_proposals(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.queue_of_two(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("a", "n", "ctrl+t"))


def test_the_checks_in_a_narrow_terminal(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path))
    assert snap_compare(app, terminal_size=NARROW, run_before=run_before("a", "tab"))


def test_the_new_lines_taken_at_a_conflict(tmp_path: Path, snap_compare: Any) -> None:
    async def without_toasts(pilot: Pilot[Any]) -> None:
        await run_before("a", "t")(pilot)
        pilot.app.clear_notifications()
        await pilot.pause()

    assert snap_compare(make_app(with_both_sides(tmp_path)), terminal_size=WIDE, run_before=without_toasts)


@pytest.mark.parametrize("theme", ["meta-light", "ansi-dark", "ansi-light"])
def test_the_diff_in_other_themes(theme: str, tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.gate_with_a_past(tmp_path), theme=theme)
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("a", "3"))


def test_the_diff_without_colours(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(given.gate_with_a_past(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("a", "3"))
