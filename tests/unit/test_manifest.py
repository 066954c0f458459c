"""The manifest as it is read, and each generated file as it lies there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.artifacts import artifact_id
from engine.errors import MetaError
from engine.lifecycle.drift import unknown_files
from engine.lifecycle.manifest import (
    MANIFEST,
    BrokenManifest,
    Generated,
    Present,
    generated_files,
    made_in,
    present,
    read_manifest,
)
from engine.state.store import Store
from engine.workspace import Workspace
from tests.cookbook import MENU, cook, dish, kitchen, menu_tape
from tests.git_helpers import make_repository, write

CODE = b"print('soup')\n"
DESIGN = b"# Soup\n\nHot.\n\n## REVIEW NOTES\n\nNot reviewed yet.\n"


def made(root: Path, path: str, data: bytes) -> Generated:
    """A file that was generated and lies there as it was."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)
    return Generated(path, artifact_id(path, data), "code", "soup")


def look(root: Path, file: Generated) -> Present:
    return present(root, [file])[0]


def test_a_file_as_it_was_generated_is_not_modified(tmp_path: Path) -> None:
    file = made(tmp_path, "src/soup.py", CODE)
    assert look(tmp_path, file) == Present(file, file.id)
    assert not look(tmp_path, file).user_modified


def test_one_changed_byte_is_an_edit(tmp_path: Path) -> None:
    file = made(tmp_path, "src/soup.py", CODE)
    (tmp_path / "src/soup.py").write_bytes(CODE + b"\n")
    found = look(tmp_path, file)
    assert (found.user_modified, found.how, found.now) == (True, "", artifact_id("src/soup.py", CODE + b"\n"))


def test_line_ends_of_windows_are_an_edit_and_said_to_be_no_more(tmp_path: Path) -> None:
    file = made(tmp_path, "src/soup.py", CODE)
    (tmp_path / "src/soup.py").write_bytes(CODE.replace(b"\n", b"\r\n"))
    found = look(tmp_path, file)
    assert (found.user_modified, found.how) == (True, "only its line ends differ: CRLF")


def test_a_note_of_a_review_is_no_edit_but_a_word_above_the_notes_is(tmp_path: Path) -> None:
    file = made(tmp_path, "design/soup.md", DESIGN)
    (tmp_path / "design/soup.md").write_bytes(DESIGN.replace(b"Not reviewed yet.", b"- design: more salt"))
    assert not look(tmp_path, file).user_modified
    (tmp_path / "design/soup.md").write_bytes(DESIGN.replace(b"Hot.", b"Cold."))
    assert look(tmp_path, file).user_modified


def test_the_execute_bit_is_no_content(tmp_path: Path) -> None:
    file = made(tmp_path, "deploy/smoke.sh", b"#!/bin/sh\n")
    (tmp_path / "deploy/smoke.sh").chmod(0o755)
    assert not look(tmp_path, file).user_modified
    (tmp_path / "deploy/smoke.sh").chmod(0o644)
    assert not look(tmp_path, file).user_modified


def test_a_link_in_place_of_a_file_is_an_edit_even_if_it_leads_to_the_same_content(tmp_path: Path) -> None:
    file = made(tmp_path, "src/soup.py", CODE)
    (tmp_path / "src/soup.py").rename(tmp_path / "elsewhere.py")
    (tmp_path / "src/soup.py").symlink_to("../elsewhere.py")
    found = look(tmp_path, file)
    assert (found.user_modified, found.how) == (True, "a symbolic link is in its place")
    assert found.now == artifact_id("src/soup.py", b"../elsewhere.py")


def test_a_file_that_is_gone_or_no_file_has_no_identity(tmp_path: Path) -> None:
    gone, folder, below = (made(tmp_path, path, CODE) for path in ("gone.py", "folder.py", "src/deep/soup.py"))
    (tmp_path / "gone.py").unlink()
    (tmp_path / "folder.py").unlink()
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "src").rename(tmp_path / "moved")
    (tmp_path / "src").symlink_to("moved")
    found = present(tmp_path, [gone, folder, below])
    assert [(one.now, one.how) for one in found] == [
        (None, ""),
        (None, "a folder is in its place"),
        (None, "src is no folder any more"),
    ]


def test_names_of_any_kind_are_looked_up(tmp_path: Path) -> None:
    odd = ["docs/größe und maß.md", "docs/日本語.md", 'docs/"quoted" \\ back.md', os.fsdecode(b"docs/latin-\xe9.txt")]
    files = [made(tmp_path, name, b"x\n") for name in odd]
    assert not any(one.user_modified for one in present(tmp_path, files))
    text = {"schema_version": 1, "files": {f.path: {"id": f.id, "lego": f.lego, "step": f.step} for f in files}}
    (tmp_path / MANIFEST).write_text(json.dumps(text))
    assert read_manifest(tmp_path) == tuple(sorted(files))


def test_a_commit_is_listed_file_by_file_with_links_as_they_are(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "app")
    write(repository.root, {"lib/a.py": "a\n", "lib/deep/ü.py": "u\n", "doc.md": DESIGN.decode(), "other.txt": "o\n"})
    (repository.root / "lib/link").symlink_to("a.py")
    repository.run("add", "--all")
    repository.run("commit", "--quiet", "-m", "files")
    commit = repository.head()
    assert commit
    found = made_in(repository, commit, ["lib/", "doc.md", "not there.md"], "code", None)
    assert set(found) == {"lib/a.py", "lib/deep/ü.py", "lib/link", "doc.md"}
    assert found["doc.md"].id == artifact_id("doc.md", DESIGN)
    assert not any(one.user_modified for one in present(repository.root, found.values()))


def test_without_a_manifest_there_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


FILE = {"id": "0" * 40, "lego": None, "step": "code"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"<<<<<<< HEAD\n{}\n", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "the whole"),
        (b'{"schema_version": 1}', "files"),
        (b'{"schema_version": "1", "files": {}}', "schema_version"),
        (b'{"schema_version": 1, "files": {"a.py": {"step": "code"}}}', "files.a.py.id"),
        (b'{"schema_version": 1, "files": {"a.py": {"id": 5, "step": "code"}}}', "files.a.py.id"),
        (json.dumps({"schema_version": 1, "files": {"../../etc/passwd": FILE}}).encode(), "not a path inside"),
        (json.dumps({"schema_version": 1, "files": {"/etc/passwd": FILE}}).encode(), "not a path inside"),
    ],
)
def test_a_broken_manifest_is_told_with_its_file_and_a_remedy(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / MANIFEST).write_bytes(data)
    with pytest.raises(BrokenManifest) as error:
        read_manifest(tmp_path)
    assert str(tmp_path / MANIFEST) in str(error.value)
    assert why in str(error.value)
    assert f"git checkout HEAD -- {MANIFEST}" in str(error.value)


def test_a_folder_in_place_of_the_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(BrokenManifest, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_manifest_of_a_newer_engine_is_not_called_broken(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"schema_version": 2, "files": 7}')
    with pytest.raises(MetaError, match="newer engine") as error:
        read_manifest(tmp_path)
    assert not isinstance(error.value, BrokenManifest)


def test_unknown_are_files_in_and_below_folders_in_which_a_step_put_one() -> None:
    generated = [Generated(path, "", "code", None) for path in ("src/app/a.py", "docs/guide.md", "README.md")]
    there = ["README.md", "TODO", "docs/guide.md", "docs/pictures/cat.png", "src/app/a.py", "src/app/b.py"]
    there += ["src/mine/c.py", "documents/d.md", ".meta/AGENTS.md", MANIFEST]
    assert unknown_files(there, generated) == ["docs/pictures/cat.png", "src/app/b.py"]


@pytest.fixture(scope="module")
def cooked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small app of another document, finished."""
    place = tmp_path_factory.mktemp("cooked")
    workspace = kitchen(place / "app")
    assert cook(workspace, menu_tape(place / "tape").path, yes=True).exit_code == 0
    return workspace


def listed(workspace: Workspace) -> dict[str, Generated]:
    state, head = Store.open(workspace.root, read_only=True).state, workspace.repository.head()
    assert head
    files = generated_files(workspace.repository, workspace.orchestration(), state, workspace.plan(), head)
    assert list(files) == sorted(files)
    return {file.path: file for file in files}


def test_every_file_that_a_step_of_any_document_made_is_listed_with_step_and_lego(cooked: Workspace) -> None:
    files = listed(cooked)
    assert set(files) == {"menu.md", "lego_plan.json", "book.md", *(f"dishes/{x}.md" for x in ("soup", "stew", "cake"))}
    assert (files["dishes/soup.md"].step, files["dishes/soup.md"].lego) == ("dishes", "soup")
    assert (files["menu.md"].step, files["menu.md"].lego) == ("menu", None)
    assert files["menu.md"].id == artifact_id("menu.md", MENU.encode())


def test_an_edit_that_a_person_committed_does_not_become_what_was_generated(cooked: Workspace) -> None:
    before = listed(cooked)
    head, repository = cooked.repository.head(), cooked.repository
    edit = repository.commit_files(head, {"dishes/soup.md": dish("soup", "Salt it.").encode()}, "my edit")
    assert head
    repository.fast_forward(head, edit)
    assert listed(cooked) == before
    assert [one.generated.path for one in present(cooked.root, before.values()) if one.user_modified] == [
        "dishes/soup.md"
    ]
