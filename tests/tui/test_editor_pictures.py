"""The editor built in, as pictures. Look at each changed picture before accepting it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fixture_views as views
from tests.tui.journeys import make_app, press, run_before, settle
from tui.editing.unsaved_text import Draft, digest
from tui.loaders.unsaved_text import save
from tui.screens.editor import EditorScreen

SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])


def opened(*keys: str, meanwhile: Callable[[], object] | None = None) -> Callable[[Pilot[Any]], Any]:
    """The document of the gate in the editor; keys, then what happens elsewhere, then a save."""

    async def prepare(pilot: Pilot[Any]) -> None:
        await run_before("a")(pilot)
        pilot.app.clock.pass_by(1.0)  # type: ignore[attr-defined]
        await press(pilot, "e")
        shown = pilot.app.screen
        assert isinstance(shown, EditorScreen)
        shown.text.cursor_blink = False
        await press(pilot, *keys)
        if meanwhile is not None:
            meanwhile()
            await press(pilot, "ctrl+s")
        await settle(pilot)

    return prepare


@SIZES
def test_editing(size: tuple[int, int], tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=opened("down", "down", *"By [hand] "))


@SIZES
def test_the_question_before_something_unsaved_is_left(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any
) -> None:
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=opened(*"By hand ", "escape"))


@SIZES
def test_the_question_where_the_file_was_changed_elsewhere(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any
) -> None:
    app = make_app(views.waiting(tmp_path))
    write = opened(*"By hand ", meanwhile=lambda: (tmp_path / "requirements.md").write_text("theirs\n"))
    assert snap_compare(app, terminal_size=size, run_before=write)


def test_finding(tmp_path: Path, snap_compare: Any) -> None:
    app = make_app(views.waiting(tmp_path))
    find = opened("ctrl+f", *"book", "enter")
    assert snap_compare(app, terminal_size=(80, 24), run_before=find)


@SIZES
def test_what_was_typed_before_and_not_saved(
    size: tuple[int, int], tmp_path: Path, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.editing.unsaved_text._moment", lambda _: "2027-01-15 08:00")
    begun_from = views.REQUIREMENTS.replace("a", "e", 1).encode()
    save(Draft(tmp_path / "requirements.md", "By [hand] " + views.REQUIREMENTS, digest(begun_from), views.NOW))
    app = make_app(views.waiting(tmp_path))
    assert snap_compare(app, terminal_size=size, run_before=opened())
