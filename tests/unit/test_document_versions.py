"""The documents in force: which file counts, their versions, and how they differ from those of an earlier run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.documents import KEPT, changed, changes, in_force, keep, versions
from engine.errors import MetaError
from engine.resources import meta_home
from engine.workspace import Workspace

PRINCIPLES = "principles.md"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one document of its own."""
    (tmp_path / ".orchestrator").mkdir()
    (tmp_path / ".meta").mkdir()
    (tmp_path / ".meta" / PRINCIPLES).write_text("one\ntwo\nthree\nfour\n")
    return Workspace.at(tmp_path)


def seen(workspace: Workspace) -> dict[str, str]:
    """The versions a run worked under that kept them."""
    found = in_force(workspace)
    keep(workspace, found)
    return versions(found)


def test_the_workspaces_own_file_counts_where_it_has_one(workspace: Workspace) -> None:
    found = in_force(workspace)
    assert found[PRINCIPLES] == workspace.overlay / PRINCIPLES
    assert found["AGENTS.md"] == meta_home() / "AGENTS.md"
    assert found["patterns/antipatterns.md"] == meta_home() / "patterns" / "antipatterns.md"


def test_hidden_files_and_what_is_no_file_are_no_documents(workspace: Workspace) -> None:
    (workspace.overlay / ".AGENTS.md.swp").write_text("")
    (workspace.overlay / ".git").mkdir()
    (workspace.overlay / ".git" / "config").write_text("")
    (workspace.overlay / "lost.md").symlink_to(workspace.root / "nowhere")
    assert {PRINCIPLES} == {name for name, path in in_force(workspace).items() if path.is_relative_to(workspace.root)}


def test_a_version_is_the_sha256_of_the_bytes(workspace: Workspace) -> None:
    data = (workspace.overlay / PRINCIPLES).read_bytes()
    assert versions(in_force(workspace))[PRINCIPLES] == hashlib.sha256(data).hexdigest()


def test_each_version_is_kept_once_under_its_hash(workspace: Workspace) -> None:
    before = seen(workspace)
    kept = workspace.private / KEPT / before[PRINCIPLES]
    stamp = kept.stat().st_mtime_ns
    assert kept.read_text() == "one\ntwo\nthree\nfour\n"
    seen(workspace)
    assert kept.stat().st_mtime_ns == stamp


def test_what_is_new_gone_or_different_has_changed_and_at_the_first_run_nothing_has() -> None:
    before = {"a": "1", "b": "1", "c": "1"}
    assert changed(before, {"a": "1", "b": "2", "d": "1"}) == ["b", "c", "d"]
    assert changed({}, before) == []


def test_a_change_tells_the_lines_with_one_line_around_them(workspace: Workspace) -> None:
    before = seen(workspace)
    assert changes(workspace, before) == []
    (workspace.overlay / PRINCIPLES).write_text("one\ntwo\n3\nfour\n")
    (change,) = changes(workspace, before)
    assert change.name == PRINCIPLES
    assert change.diff[2:] == ("@@ -2,3 +2,3 @@", " two", "-three", "+3", " four")


def test_a_document_that_is_new_or_taken_away_is_told_whole(workspace: Workspace) -> None:
    before = seen(workspace)
    (workspace.overlay / PRINCIPLES).unlink()
    (workspace.overlay / "own.md").write_text("mine\n")
    told = {change.name: change.diff[3:] for change in changes(workspace, before)}
    assert told["own.md"] == ("+mine",)
    assert {"-one", "-two", "-three", "-four"} <= set(told[PRINCIPLES])


def test_a_version_that_was_not_kept_is_said_instead_of_its_lines(workspace: Workspace) -> None:
    before = versions(in_force(workspace))
    (workspace.overlay / PRINCIPLES).write_text("other\n")
    (change,) = changes(workspace, before)
    assert "is not kept any more" in change.diff[0]
    assert before[PRINCIPLES][:12] in change.diff[0]


def test_bytes_that_are_no_text_are_shown_as_well_as_can_be(workspace: Workspace) -> None:
    before = seen(workspace)
    (workspace.overlay / PRINCIPLES).write_bytes(b"\xff\n")
    (change,) = changes(workspace, before)
    assert "+\N{REPLACEMENT CHARACTER}" in change.diff


def test_a_file_that_cannot_be_read_is_named(workspace: Workspace) -> None:
    with pytest.raises(MetaError, match=r"gone\.md: it cannot be read"):
        versions({"gone.md": workspace.overlay / "gone.md"})
