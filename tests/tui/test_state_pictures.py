"""What shows only for a while, as pictures: a filter in use, a session in a person's hands, what is being read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_views as views
from tests.tui.journeys import SIZES, WIDE, make_app, run_before, settle
from tests.tui.test_screen_acts import in_hands
from tests.tui.test_screen_pictures import size_name
from tests.tui.test_work_pictures import at_work, never_read
from tui.app import MetaApp
from tui.loaders.hands import Hands
from tui.screens import hands as hands_screen
from tui.screens.approval import ApprovalScreen

NARROW = SIZES[0]
TWO_SIZES = pytest.mark.parametrize("size", SIZES[:2], ids=size_name)
SAID = """0043-store-code-gen-2 is in your hands. Go on so:
  cd ~/reading_log/.orchestrator/worktrees/store && claude --resume 7f31c0de [x]
  or write .session/result.json there by hand
When it is done: meta hand-back 0043-store-code-gen-2"""


def calm(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """As `run_before`; what was told meanwhile is away again."""

    async def prepare(pilot: Pilot[Any]) -> None:
        await run_before(*keys)(pilot)
        pilot.app.clear_notifications()
        await pilot.pause()

    return prepare


@TWO_SIZES
def test_a_filter_being_typed(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("slash", *"par"))


@TWO_SIZES
def test_a_filter_in_use(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("slash", *"par", "enter"))


def test_a_filter_that_leaves_nothing(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("slash", *"[none]", "enter"))


def test_only_what_is_in_trouble(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.failed(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("f", "f"))


def test_the_question_before_a_session_is_taken_over(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("t"))


def test_an_agent_is_being_ended(tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_screen.HandsScreen, "run_worker", lambda *_, **__: None)
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("t", "y"))


@TWO_SIZES
def test_a_session_that_was_taken_over(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands_screen, "take_over", lambda *_: Hands(SAID, "0043-store-code-gen-2"))
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=calm("t", "y"))


def test_a_session_that_cannot_be_taken_over(
    tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        hands_screen, "take_over", lambda *_: Hands(trouble="0042: no agent is at work in it [any more].")
    )
    app = make_app(views.running(tmp_path))
    assert snap_compare(app, terminal_size=WIDE, run_before=calm("t", "y"))


def test_a_session_in_a_person_s_hands(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(in_hands(views.running(tmp_path)))
    assert snap_compare(app, terminal_size=WIDE, run_before=run_before("t"))


@TWO_SIZES
def test_a_workspace_that_is_being_read(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetaApp, "begin_to_look", lambda self: None)

    async def painted(pilot: Pilot[Any]) -> None:
        await pilot.pause()

    assert snap_compare(make_app(views.running(tmp_path)), terminal_size=size, run_before=painted)


@TWO_SIZES
def test_a_gate_whose_document_is_being_read(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ApprovalScreen, "_read", lambda self: None)
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=run_before("a"))


@pytest.mark.parametrize("tab", ["2", "3", "7"])
def test_a_tab_of_a_lego_that_is_being_read(
    tab: str, tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_read(monkeypatch)
    app = make_app(at_work(tmp_path))
    assert snap_compare(app, terminal_size=NARROW, run_before=run_before("g", "L", "enter", tab))


@TWO_SIZES
def test_searching_in_a_rendered_document(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    async def searched(pilot: Pilot[Any]) -> None:
        await run_before("a", "slash", *"no", "enter", "n")(pilot)
        await settle(pilot)

    assert snap_compare(make_app(views.waiting(tmp_path)), terminal_size=size, run_before=searched)
