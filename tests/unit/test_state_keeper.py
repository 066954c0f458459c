"""The state under its own ref: each time only what changed is read, and what lies there is always the whole."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from engine.runner.state_keeper import StateKeeper
from engine.state.events import CommandDone, StepStopped
from engine.state.files import STATE_REF
from engine.state.snapshots import state_files
from engine.state.store import Store
from engine.workspace import Workspace
from tests.cookbook import kitchen
from tests.helpers import eventually


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in which something was written down."""
    made = kitchen(tmp_path / "app")
    with Store.open(made.root) as store:
        store.commit(CommandDone(id="c1"), StepStopped(step="dishes", lego="soup", why="no"))
    return made


def kept(workspace: Workspace) -> dict[str, bytes]:
    """What lies under the ref."""
    repository = workspace.repository
    return repository.read_all(STATE_REF, repository.files(STATE_REF))


def go_on(workspace: Workspace) -> None:
    """Something more is written down, and a session has ended."""
    with Store.open(workspace.root) as store:
        store.commit(StepStopped(step="dishes", lego="stew", why="no"))
    session = workspace.session("0001-1-stew-dishes-gen-1")
    session.mkdir(parents=True, exist_ok=True)
    (session / "session.json").write_text("{}")


def test_what_was_kept_first_and_what_changed_since_lie_there_together(workspace: Workspace) -> None:
    keeper = StateKeeper()
    keeper.keep(workspace)
    assert kept(workspace) == state_files(workspace.root)
    go_on(workspace)
    keeper.keep(workspace)
    assert kept(workspace) == state_files(workspace.root)
    assert any(path.endswith("/session.json") for path in kept(workspace))


def test_only_what_changed_is_read_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = StateKeeper()
    keeper.keep(workspace)
    go_on(workspace)
    read: list[str] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or real(path))  # type: ignore[func-returns-value]
    keeper.keep(workspace)
    names = [name for name in read if name.endswith((".json", ".jsonl"))]
    assert names == ["lego_state_stew.json", "session.json", "journal.jsonl"]


def test_what_somebody_else_kept_meanwhile_is_no_reason_to_leave_anything_out(workspace: Workspace) -> None:
    keeper = StateKeeper()
    keeper.keep(workspace)
    repository = workspace.repository
    repository.commit_files(None, {"other": b"thing"}, "Other", ref=STATE_REF)
    keeper.keep(workspace)
    assert kept(workspace) == {**state_files(workspace.root), "other": b"thing"}


def test_while_one_is_at_it_a_single_one_waits_for_all_who_come() -> None:
    calls: list[int] = []
    go = threading.Event()

    def keep() -> None:
        calls.append(len(calls))
        assert go.wait(30)

    async def three_land() -> None:
        keeper = StateKeeper()
        tasks = [asyncio.create_task(keeper.in_turn(keep))]
        await eventually(lambda: calls)
        tasks += [asyncio.create_task(keeper.in_turn(keep)) for _ in range(3)]
        await eventually(lambda: all(task.done() for task in tasks[2:]))
        assert len(calls) == 1
        go.set()
        await asyncio.gather(*tasks)

    asyncio.run(three_land())
    assert len(calls) == 2
