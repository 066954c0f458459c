"""State files between schema versions: a state as an old engine left it, renamed to a version before the first."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BrokenState
from engine.state import migrations
from engine.state.migrations import JOURNAL, ORCHESTRATOR, Migration
from engine.state.models import State
from engine.state.rebuild import rebuild
from engine.state.store import Store

GOLDEN = Path(__file__).parent.parent / "fixtures" / "golden" / "0.1.0-13f0ea7.tar.gz"
Document = dict[str, Any]


def renamed(document: Document, old: str, new: str) -> Document:
    return {new if name == old else name: value for name, value in document.items()}


def older_event(event: Document) -> Document:
    return renamed(event, "event", "kind")


def newer_event(event: Document) -> Document:
    assert "kind" in event, "a migration sees only what is of its own version"
    return renamed(event, "kind", "event")


def newer_lego(lego: Document) -> Document:
    assert lego["schema_version"] == 0
    return renamed(lego, "head", "tip")


FROM_0 = Migration(orchestrator=lambda one: renamed(one, "work", "steps"), lego=newer_lego, event=newer_event)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A finished workspace as an engine of long ago left it; its state is of version 1."""
    with tarfile.open(GOLDEN) as tar:
        tar.extractall(tmp_path / "golden", filter="data")
    return tmp_path / "golden" / "app"


@pytest.fixture
def old(new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as if version 0 had been before: other names for some fields."""
    app = tmp_path / "old"
    shutil.copytree(new, app)
    folder = app / ".orchestrator"
    change(folder / ORCHESTRATOR, lambda one: renamed({**one, "schema_version": 0}, "steps", "work"))
    for path in folder.glob("lego_state_*.json"):
        change(path, lambda one: renamed({**one, "schema_version": 0}, "tip", "head"))
    lines = (folder / JOURNAL).read_bytes().splitlines()
    (folder / JOURNAL).write_text("".join(json.dumps(older_event(json.loads(line))) + "\n" for line in lines))
    monkeypatch.setattr(migrations, "MIGRATIONS", {0: FROM_0})
    return app


def change(path: Path, how: Callable[[Document], Document]) -> None:
    path.write_text(json.dumps(how(json.loads(path.read_bytes()))))


def state_of(app: Path) -> State:
    return Store.open(app, read_only=True).state


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "lock"}


def test_without_the_migration_an_older_state_is_refused_and_nothing_is_changed(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", {})
    before = contents(old / ".orchestrator")
    with pytest.raises(BrokenState, match="schema_version"):
        Store.open(old)
    assert contents(old / ".orchestrator") == before


def test_who_only_reads_sees_the_state_of_now_and_changes_no_file(old: Path, new: Path) -> None:
    before = contents(old / ".orchestrator")
    assert state_of(old) == state_of(new)
    assert contents(old / ".orchestrator") == before


def test_who_writes_brings_the_files_to_the_version_of_now_and_keeps_the_old_ones(old: Path, new: Path) -> None:
    before = contents(old / ".orchestrator")
    with Store.open(old) as store:
        assert store.state == state_of(new)
        assert "is now of version 1" in store.notices[0] and "backup-v0/" in store.notices[0]
    assert contents(old / ".orchestrator" / "backup-v0") == before
    for name, data in contents(new / ".orchestrator").items():
        if name == JOURNAL:
            migrated = (old / ".orchestrator" / name).read_bytes()
            assert [json.loads(x) for x in migrated.splitlines()] == [json.loads(x) for x in data.splitlines()]
        else:
            assert json.loads((old / ".orchestrator" / name).read_bytes()) == json.loads(data)


def test_what_was_brought_up_to_date_is_not_touched_again(old: Path) -> None:
    Store.open(old).close()
    before = contents(old / ".orchestrator")
    with Store.open(old) as store:
        assert store.notices == []
    assert contents(old / ".orchestrator") == before
    assert not (old / ".orchestrator" / "backup-v0-2").exists()


def test_an_old_state_that_was_brought_back_gets_a_backup_of_its_own(old: Path) -> None:
    older = contents(old / ".orchestrator")
    Store.open(old).close()
    for name, data in older.items():
        (old / ".orchestrator" / name).write_bytes(data)
    change(old / ".orchestrator" / ORCHESTRATOR, lambda one: {**one, "commands": ["c1"]})
    with Store.open(old) as store:
        assert store.state.orchestrator.commands == ["c1"]
    assert (old / ".orchestrator" / "backup-v0-2").is_dir()


def test_a_journal_whose_last_line_was_never_finished_is_cut_as_always(old: Path, new: Path) -> None:
    with (old / ".orchestrator" / JOURNAL).open("ab") as journal:
        journal.write(b'{"kind": "run_s')
    with Store.open(old) as store:
        assert store.state == state_of(new)
        assert any("was never finished" in notice for notice in store.notices)


def test_a_rebuild_brings_the_files_up_to_date_first(old: Path, new: Path) -> None:
    rebuilt = rebuild(old)
    assert rebuilt.state == state_of(new)
    assert rebuilt.aside == []


@pytest.mark.parametrize("nth", range(1, 14))
def test_killed_at_any_write_the_next_engine_begins_again_and_readers_never_notice(
    old: Path, new: Path, nth: int
) -> None:
    child = os.fork()
    if child == 0:
        die_at_replacement(nth)
        Store.open(old).close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    assert killed == (nth <= 10), "five files are kept, and the same five replaced"
    assert state_of(old) == state_of(new)
    with Store.open(old) as store:
        assert store.state == state_of(new)
    backup = old / ".orchestrator" / "backup-v0"
    assert json.loads((backup / ORCHESTRATOR).read_bytes())["schema_version"] == 0
    assert all("kind" in json.loads(line) for line in (backup / JOURNAL).read_bytes().splitlines())


def die_at_replacement(nth: int) -> None:
    """Be killed just before a file is put into its place for the nth time."""
    real, left = os.replace, nth

    def deadly(source: Any, target: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        real(source, target)

    os.replace = deadly  # type: ignore[assignment]


def test_a_state_of_a_newer_engine_is_refused_and_the_message_names_the_engine_to_use(new: Path) -> None:
    change(new / ".orchestrator" / ORCHESTRATOR, lambda one: {**one, "schema_version": 2})
    (new / ".meta-version").write_text("engine: 7.1\ndocument: sha256:00\n")
    before = contents(new / ".orchestrator")
    for read_only in (True, False):
        with pytest.raises(BrokenState) as caught:
            Store.open(new, read_only=read_only)
        assert "version 2, this one knows 1" in str(caught.value)
        assert "the app was released by meta 7.1" in str(caught.value)
    assert contents(new / ".orchestrator") == before


def test_migrations_follow_one_another(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again = Migration(
        orchestrator=lambda one: renamed(one, "arbeit", "work"), lego=lambda one: one, event=lambda one: one
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", {-1: again, 0: FROM_0})
    change(old / ".orchestrator" / ORCHESTRATOR, lambda one: renamed({**one, "schema_version": -1}, "work", "arbeit"))
    assert "menu" in state_of(old).orchestrator.steps
