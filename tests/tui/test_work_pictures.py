"""The LEGO view, the plan, the timeline and the metrics as pictures, in every state. Look at each changed picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui import fixture_files as files
from tests.tui import fixture_views as views
from tests.tui.journeys import SIZES, WIDE, make_app, run_before
from tests.tui.test_screen_pictures import size_name
from tui.read_model import WorkspaceView
from tui.screens.view_screen import ViewScreen

NARROW, HUGE = SIZES[0], SIZES[2]
VIEW_KEYS = {"lego": ("L", "enter"), "plan": ("P",), "timeline": ("T",), "metrics": ("M",)}
LEGO = ("j", "L")
"""The main screen's cursor stands on the first LEGO after one key."""


def at_work(folder: Path) -> WorkspaceView:
    """A run in the middle, with every file that the screens read."""
    view = files.commit_work(folder, files.built(folder), 40)
    files.write_documents(folder)
    files.write_receipts(folder)
    files.write_journal(folder, view)
    return view


def at_the_end(folder: Path) -> WorkspaceView:
    """A run that is over."""
    view = files.completed(folder)
    files.write_journal(folder, view)
    return view


def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read takes for ever."""
    monkeypatch.setattr(ViewScreen, "load", lambda *_: None)


def picture(snap: Any, view: WorkspaceView, *keys: str, size: tuple[int, int] = WIDE, **more: Any) -> bool:
    """Whether the screen after these keys is as it was."""
    return bool(snap(make_app(view, **more), terminal_size=size, run_before=run_before(*keys)))


@pytest.mark.parametrize("name", VIEW_KEYS)
def test_before_anything_ran(name: str, tmp_path: Path, snap_compare: Any) -> None:
    (tmp_path / ".orchestrator").mkdir()
    assert picture(snap_compare, views.empty(tmp_path), *VIEW_KEYS[name])


@pytest.mark.parametrize("name", ["plan", "timeline", "metrics"])
def test_while_reading(name: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    never_read(monkeypatch)
    assert picture(snap_compare, views.empty(tmp_path), *VIEW_KEYS[name])


@pytest.mark.parametrize("name", ["plan", "timeline", "metrics"])
@pytest.mark.parametrize("size", SIZES, ids=size_name)
def test_in_the_middle(name: str, size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), *VIEW_KEYS[name], size=size)


@pytest.mark.parametrize("name", ["plan", "timeline", "metrics"])
def test_in_the_light_theme(name: str, tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), *VIEW_KEYS[name], theme="meta-light")


@pytest.mark.parametrize("name", VIEW_KEYS)
def test_at_the_end(name: str, tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_the_end(tmp_path), *VIEW_KEYS[name])


def test_a_plan_that_cannot_be_used(tmp_path: Path, snap_compare: Any) -> None:
    view = at_work(tmp_path)
    (tmp_path / "lego_plan.json").write_text('{"schema_version": 1, "app": "x", "legos": [{"name": "[b]"}]}')
    assert picture(snap_compare, view, "P")


def test_the_plan_as_a_list_in_a_narrow_terminal(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "P", "v", "j", size=NARROW)


@pytest.mark.parametrize("name", ["timeline", "metrics"])
def test_a_journal_that_cannot_be_read(name: str, tmp_path: Path, snap_compare: Any) -> None:
    (tmp_path / ".orchestrator" / "journal.jsonl").mkdir(parents=True)
    assert picture(snap_compare, views.empty(tmp_path), *VIEW_KEYS[name])


def test_the_timeline_zoomed_to_its_critical_path(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "T", "c", "plus", "G", "l", "l")


def test_choosing_a_lego(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "g", "L")


@pytest.mark.parametrize("tab", [str(number) for number in range(1, 10)])
def test_the_tabs_of_a_lego(tab: str, tmp_path: Path, snap_compare: Any) -> None:
    opens = ("enter",) if tab in "79" else ()
    assert picture(snap_compare, at_work(tmp_path), "g", "L", "enter", tab, *opens)


@pytest.mark.parametrize("size", [NARROW, HUGE], ids=size_name)
@pytest.mark.parametrize("theme", ["meta-dark", "meta-light"])
@pytest.mark.parametrize("tab", ["1", "5"])
def test_a_lego_in_other_sizes(tab: str, theme: str, size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "g", "L", "enter", tab, size=size, theme=theme)


def test_a_lego_that_waits_for_a_person(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "g", "L", "j", "enter", "8")


def test_a_lego_that_failed(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, views.failed(tmp_path), "g", "L", "enter")


def test_a_lego_whose_files_are_being_read(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    never_read(monkeypatch)
    assert picture(snap_compare, at_work(tmp_path), "g", "L", "enter", "5")


def test_a_lego_with_a_broken_receipt(tmp_path: Path, snap_compare: Any) -> None:
    view = at_work(tmp_path)
    (tmp_path / ".orchestrator" / "receipts" / "code-store-2.json").write_text('{"id": 7}')
    assert picture(snap_compare, view, "g", "L", "enter", "7")


def test_a_lego_without_a_design_yet(tmp_path: Path, snap_compare: Any) -> None:
    view = at_work(tmp_path)
    (tmp_path / "design" / "design_store.md").unlink()
    assert picture(snap_compare, view, "g", "L", "enter", "3")


def test_searching_in_a_diff(tmp_path: Path, snap_compare: Any) -> None:
    assert picture(snap_compare, at_work(tmp_path), "g", "L", "enter", "5", "slash", *"title[7")
