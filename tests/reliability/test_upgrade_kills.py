"""The engine is killed at each step of an upgrade: the next one goes on, nothing is done twice, no edit is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import dying
from tests.git_helpers import plain_git
from tests.scripted import Kitchen, meta
from tests.upgrades import SPOONS, edit, finished, wants_salt, words, write_toolchain

PLACES = {
    "nothing is begun": ("engine.runner.changing:wanted", "after", "", 1),
    "the upgrade is about to be written down": ("engine.state.store:Store.commit", "before", "upgrade={", 1),
    "the upgrade is written down": ("engine.state.store:Store.commit", "after", "upgrade={", 1),
    "the first work is about to be begun": ("engine.runner.upgrading:_next", "after", "", 1),
    "the shared files are begun": ("engine.state.store:Store.commit", "after", "'reopened'", 1),
    "the shared files are made": ("engine.git:Repository.commit_files", "after", "shared: scaffold", 1),
    "half of the shared files lie there": ("engine.git.landing:put_file", "after", "", 1),
    "the branch has moved, and nobody knows": ("engine.git:Repository.fast_forward", "after", "", 2),
    "the shared files have landed": ("engine.state.store:Store.commit", "after", "'landed'", 1),
    "criteria are about to be looked at": ("engine.runner.upgrading:_next", "after", "dishes", 1),
    "they were looked at, and that is not written down": (
        "engine.state.store:Store.commit",
        "before",
        "'check_ended'",
        1,
    ),
    "they were looked at": ("engine.state.store:Store.commit", "after", "'check_ended'", 1),
    "a session is written down": ("engine.state.store:Store.commit", "after", "'session_started'", 1),
    "its work is committed": ("engine.git:Repository.commit_worktree", "after", "", 1),
    "a person's edit is put onto it": ("engine.git:Repository.commit_files", "after", "with the edits by hand", 1),
    "the release is begun": ("engine.state.store:Store.commit", "after", "step='release'", 1),
    "the release has landed": ("engine.state.store:Store.commit", "after", "'landed'", 3),
    "it is finished": ("engine.runner.landing:save_state", "before", "", 4),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """A finished book with two edits by a person, for which there are newer documents."""
    kitchen = finished(tmp_path_factory.mktemp("upgrade"))
    edit(kitchen, "dishes/stew.md", "Cut onions.", "Cut onions, not too small.")
    edit(kitchen, "spoons.md", "Keep them clean.", "Keep them very clean.")
    wants_salt(kitchen)
    write_toolchain(kitchen, spoons=SPOONS.replace("One", "Two"))
    return kitchen


@pytest.fixture
def kitchen(template: Kitchen, tmp_path: Path) -> Kitchen:
    """A copy of it, with its own count of sessions."""
    shutil.copytree(template.root, tmp_path / "app", symlinks=True)
    shutil.copy(template.agents.home / "starts", tmp_path / "starts")
    (template.agents.home / "starts").write_text((tmp_path / "starts").read_text())
    return Kitchen(tmp_path / "app", template.agents)


@pytest.mark.parametrize(("place", "when", "needle", "count"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("successor", ["upgrade", "run"])
def test_killed_in_an_upgrade(kitchen: Kitchen, place: str, when: str, needle: str, count: int, successor: str) -> None:
    before = kitchen.agents.starts()
    argv = [sys.executable, dying.__file__, place, when, needle, str(count), "upgrade", kitchen.root]
    done = subprocess.run(
        [str(word) for word in (*argv, *words(kitchen), "--yes")], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    if kitchen.state.orchestrator.run.change is None and successor == "run":
        return  # it had not begun, or was over: an ordinary run has its own documents' business
    again = meta(successor, kitchen.root, *words(kitchen), "--yes")
    assert again.code == 0, again
    stew, spoons = ((kitchen.root / name).read_text() for name in ("dishes/stew.md", "spoons.md"))
    assert all(part in stew for part in ("not too small", "hot broth", "## Salt")), stew
    assert "Two for" in spoons and "very clean" in spoons
    assert len(kitchen.agents.starts()) - len(before) == 2, kitchen.agents.starts()[len(before) :]
    assert set(kitchen.words.values()) == {"done"}
    assert plain_git(kitchen.root, "status", "--porcelain") == "?? .meta/\n"
    over = meta("upgrade", kitchen.root, *words(kitchen))
    assert (over.code, "nothing to upgrade" in over.out) == (0, True), over
