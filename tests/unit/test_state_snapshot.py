"""What git keeps of the state, and that it is enough to go on from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from engine.state.events import CommandDone, StepStopped
from engine.state.files import RESTORE
from engine.state.snapshots import state_files
from engine.state.store import Store


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def workspace(folder: Path) -> Path:
    """A workspace with some state and everything else that lies beside it."""
    with Store.open(folder) as store:
        store.commit(CommandDone(id="c1"), StepStopped(step="tests", lego="store", why="no"))
    private = folder / ".orchestrator"
    for name in (
        "decisions/design.json",
        "receipts/r1.json",
        "sessions/1-3-a-gen-1/session.json",
        "sessions/1-3-a-gen-1/result.json",
        "sessions/1-3-a-gen-1/exit.json",
        "sessions/1-3-a-gen-1/pid.json",
        "sessions/1-3-a-gen-1/events.jsonl",
        "worktrees/store/package.json",
        "lock",
        ".orchestrator_state.json.0.tmp",
        "journal.jsonl.broken-1",
    ):
        path = private / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def test_the_snapshot_holds_what_happened_and_leaves_transcripts_worktrees_and_locks(tmp_path: Path) -> None:
    assert sorted(path.removeprefix(".orchestrator/") for path in state_files(workspace(tmp_path))) == [
        "decisions/design.json",
        "journal.jsonl",
        "lego_state_store.json",
        "orchestrator_state.json",
        "receipts/r1.json",
        "sessions/1-3-a-gen-1/exit.json",
        "sessions/1-3-a-gen-1/result.json",
        "sessions/1-3-a-gen-1/session.json",
    ]


def test_a_workspace_without_state_gives_an_empty_snapshot(tmp_path: Path) -> None:
    assert state_files(tmp_path) == {}


def test_the_command_that_the_error_names_brings_a_lost_state_back(tmp_path: Path) -> None:
    app, kept = tmp_path / "app", tmp_path / "kept"
    app.mkdir()
    workspace(app)
    before = Store.open(app, read_only=True).state
    for name, content in state_files(app).items():
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_bytes(content)
    git(app, "init", "-q")
    git(app, f"--work-tree={kept}", "add", "-A")
    git(app, "commit", "-qm", "state")
    git(app, "update-ref", "refs/meta/state", "HEAD")
    shutil.rmtree(app / ".orchestrator")
    subprocess.run(RESTORE.split(), cwd=app, check=True)
    assert Store.open(app).state == before
