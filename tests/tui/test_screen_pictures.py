"""Every state as a picture, at three sizes. Look at each changed picture before accepting it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui import fixture_views as views
from tests.tui.journeys import SIZES, make_app, run_before
from tui.read_model import WorkspaceView

STATES: list[Callable[[Path], WorkspaceView]] = [
    views.empty,
    views.running,
    views.waiting,
    views.failed,
    views.finished,
]


def size_name(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES, ids=size_name)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_main_screen(state: Any, size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    assert snap_compare(make_app(state(tmp_path)), terminal_size=size, run_before=run_before())


def test_narrow_main_screen_with_the_board_in_front(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before("tab"))


def test_more_sessions_than_fit_become_cards(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path, lives=5))
    assert snap_compare(app, terminal_size=(100, 24), run_before=run_before("tab"))


def test_main_screen_in_the_light_theme(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path), theme="meta-light")
    assert snap_compare(app, terminal_size=(120, 40), run_before=run_before())


def test_main_screen_without_colours(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=(120, 40), run_before=run_before())


def test_main_screen_with_problems(tmp_path: Path, snap_compare: Any) -> None:
    view = views.running(tmp_path)._replace(problems=("decisions/essence.json: expected an object",))
    assert snap_compare(make_app(view), terminal_size=(120, 40), run_before=run_before())


@pytest.mark.parametrize("size", SIZES[:2], ids=size_name)
def test_approval(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("a"))


def test_approval_raw_and_changed_since(tmp_path: Path, snap_compare: Any) -> None:
    view = views.waiting(tmp_path)
    (tmp_path / "requirements.md").write_text("# Requirements\n\nquite different [b]now[/b]\n")
    assert snap_compare(make_app(view), terminal_size=(120, 40), run_before=run_before("a", "m"))


def test_questions(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.asking(tmp_path))
    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before("a"))


@pytest.mark.parametrize("size", SIZES, ids=size_name)
def test_welcome(size: tuple[int, int], snap_compare: Any) -> None:
    assert snap_compare(make_app(None), terminal_size=size, run_before=run_before())


def test_quit_dialog(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=(120, 40), run_before=run_before("q"))


def test_help(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=(120, 40), run_before=run_before("question_mark"))


def test_a_session_in_full_size(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before("enter"))
