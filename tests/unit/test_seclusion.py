"""What an agent sees of the workspace: its own worktree and session folder, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.sessions import seclusion
from engine.sessions.pool import LocalPool, follow
from engine.sessions.seclusion import HIDDEN, NOT_HIDDEN, in_words, program_here, view_of
from tests.session_helpers import in_time, make_session

LOOK = 'find "$LOOKED_AT" -type f >"$dir/seen" 2>/dev/null; mkdir -p src; echo new >src/own.py; answer done'

needs_bubblewrap = pytest.mark.skipif(program_here() is None, reason="bubblewrap does not work on this machine")


def looked(workspace: Path, hidden: str) -> tuple[set[str], str]:
    """The files of the workspace that a session found, and how it ended."""
    (workspace / "src").mkdir(parents=True)
    (workspace / "src" / "secret_of_another_lego.py").write_text("withheld = 1\n")
    other = workspace / ".orchestrator" / "worktrees" / "other"
    other.mkdir(parents=True)
    (other / "draft.py").write_text("draft = 1\n")
    folder = make_session(workspace, script=LOOK, hidden=hidden)
    pool = LocalPool({"LOOKED_AT": str(workspace)})
    pool.submit(folder)
    end = in_time(follow(folder, pool))
    seen = (folder.path / "seen").read_text().split()
    return {Path(path).name for path in seen}, end.outcome


@needs_bubblewrap
def test_a_session_sees_neither_other_legos_nor_the_checkout(tmp_path: Path) -> None:
    seen, outcome = looked(tmp_path, hidden=str(tmp_path))
    assert outcome == "done"
    assert {"session.json", "brief.md"} <= seen
    assert not {"secret_of_another_lego.py", "draft.py"} & seen
    worktree = tmp_path / ".orchestrator" / "worktrees" / "0001-7-store-code-gen-1"
    assert (worktree / "src" / "own.py").read_text() == "new\n"


def test_without_hiding_all_of_it_is_seen(tmp_path: Path) -> None:
    seen, outcome = looked(tmp_path, hidden="")
    assert outcome == "done"
    assert {"secret_of_another_lego.py", "draft.py", "session.json"} <= seen


def test_where_bubblewrap_does_not_work_nothing_is_hidden_and_the_words_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seclusion, "available", lambda: None)
    assert view_of(tmp_path, tmp_path / "a") == []
    assert in_words("its own sandbox") == f"its own sandbox; {NOT_HIDDEN}"


@needs_bubblewrap
def test_the_words_of_a_session_say_that_the_rest_is_hidden() -> None:
    assert in_words("its own sandbox") == f"its own sandbox; {HIDDEN}"
