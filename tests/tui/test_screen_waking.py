"""The app looks when something changed, not all the time; what did not change is the same object again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.cookbook import cook, kitchen, menu_tape
from tests.helpers import eventually
from tests.tui import fixture_views as views
from tests.tui.journeys import Reader, make_app, screen, settle
from tui import looking
from tui.app import MetaApp
from tui.looking import Woken
from tui.read_model import ViewReader
from tui.watching import Watcher, watched_folders


class Counting(Reader):
    """Counts how often it was asked."""

    asked = 0

    def __call__(self) -> views.WorkspaceView:
        self.asked += 1
        return self.view


def test_the_folders_of_state_decisions_and_documents_are_followed(tmp_path: Path) -> None:
    for name in (".orchestrator/decisions", ".orchestrator/sessions", "design", "src/reading_log/store"):
        (tmp_path / name).mkdir(parents=True)
    names = {str(one.relative_to(tmp_path)) for one in watched_folders(views.running(tmp_path))}
    assert {".", ".orchestrator", ".orchestrator/decisions", "design"} <= names
    assert not any("sessions" in name for name in names)


def test_a_change_is_told_and_reading_is_not(tmp_path: Path) -> None:
    (tmp_path / "intent.md").write_text("before")
    told, count = threading.Event(), [0]

    def changed() -> None:
        count[0] += 1
        told.set()

    watcher = Watcher(changed)
    watcher.follow(frozenset({tmp_path}))
    try:
        for _ in range(20):
            (tmp_path / "intent.md").read_text()
        (tmp_path / "engine.log").write_text("the engine talks")
        (tmp_path / "new").mkdir()
        assert told.wait(10) and count == [1], "changes are told in order: nothing was told before"
        told.clear()
        watcher.follow(frozenset())
        watcher.follow(frozenset({tmp_path}))
        (tmp_path / "intent.md").write_text("after")
        assert told.wait(10)
    finally:
        watcher.stop()


async def test_a_burst_of_changes_leads_to_one_look(tmp_path: Path) -> None:
    reader = Counting(views.running(tmp_path))
    async with screen(reader.view, reader=reader) as pilot:
        before = reader.asked
        for _ in range(50):
            pilot.app.post_message(Woken())
        await settle(pilot)
        assert before < reader.asked <= before + 3


async def test_a_file_that_changes_is_seen_without_the_slow_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOK_EVERY", 3600.0)
    (tmp_path / ".orchestrator").mkdir()
    view = views.running(tmp_path)
    reader = Counting(view)
    app = make_app(view, reader=reader, live=True)
    async with app.run_test(size=(120, 40)):
        await eventually(lambda: app._followed and not any(w.group == "watch" for w in app.workers))
        reader.view = view._replace(paused=True)
        (tmp_path / ".orchestrator" / "journal.jsonl").write_text("{}\n")
        await eventually(lambda: isinstance(app, MetaApp) and app.view is not None and app.view.paused)


def test_what_did_not_change_is_not_built_again(tmp_path: Path) -> None:
    workspace = kitchen(tmp_path / "kitchen")
    cook(workspace, menu_tape(tmp_path / "tape").path)
    reader = ViewReader(workspace.root)
    first = reader()
    assert reader() is first
    (workspace.root / ".orchestrator" / "decisions").mkdir(exist_ok=True)
    (workspace.root / ".orchestrator" / "decisions" / "none.json").write_text("no decision")
    second = reader()
    assert second is not first and second.problems != first.problems
    assert all(one is other for one, other in zip(first.phases, second.phases, strict=True))
