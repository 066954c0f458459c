"""The maintenance table in its states as pictures. Look at each changed picture before accepting it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import BrokenState
from tests.tui import fixture_change as given
from tests.tui.journeys import make_app, run_before
from tui.loaders import changes

WIDE, NARROW, HUGE = (120, 40), (80, 24), (200, 60)
SIZES = {"80x24": NARROW, "120x40": WIDE, "200x60": HUGE}

STATES = {
    "empty": (given.NOTHING, given.finished),
    "wished": (given.WISHED, given.wished),
    "planning": (given.PLANNING, given.planning),
    "planned": (given.PLANNED, given.planned),
    "applying": (given.APPLYING, given.applying),
    "done": (given.DONE, given.finished),
    "unfinished": (given.UNFINISHED, given.planning),
}


@pytest.mark.parametrize("state", STATES)
def test_a_change(state: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data, view = STATES[state]
    monkeypatch.setattr(changes, "load", lambda folder: data)
    assert snap_compare(make_app(view(tmp_path)), terminal_size=WIDE, run_before=run_before("C"))


@pytest.mark.parametrize("theme", ["meta-dark", "meta-light"])
@pytest.mark.parametrize("size", SIZES)
def test_a_planned_change(
    size: str, theme: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "load", lambda folder: given.PLANNED)
    keys = ["C", *"jjjjj"]
    app = make_app(given.planned(tmp_path), theme=theme)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before(*keys))


@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_the_question_before_it_is_carried_out(
    size: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "load", lambda folder: given.PLANNED)
    app = make_app(given.planned(tmp_path))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before("C", "A"))


def test_a_change_that_cannot_be_read(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> None:
        raise BrokenState("lego_plan.json: field `legos` [b]is missing[/b]")

    monkeypatch.setattr(changes, "load", broken)
    assert snap_compare(make_app(given.planned(tmp_path)), terminal_size=WIDE, run_before=run_before("C"))


@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_what_is_new_stands_in_the_header(size: str, tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.wished(tmp_path))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before())


@pytest.mark.parametrize("theme", ["meta-dark", "meta-light"])
@pytest.mark.parametrize("size", ["80x24", "120x40"])
def test_conflicts_at_a_gate(size: str, theme: str, tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(given.conflicting(tmp_path), theme=theme)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run_before("a"))
