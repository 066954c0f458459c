"""What every store must do."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from evenly.contracts.store import AlreadyExists, CannotRead, CannotWrite, NoFile, Store

OLD = "evenly trip\npeople Zoë Ben\n".encode()
NEW = OLD + b"expense 1 Ben 9.00 Ben tea\n"


@pytest.mark.parametrize("content", [OLD, b"", b"\xef\xbb\xbfa\r\n\x00\xff\n"])
def test_a_created_file_holds_exactly_its_bytes(store: Store, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "evenly.txt"
    store.create(path, content)
    assert [store.read(path), store.read(path), path.read_bytes()] == [content] * 3


def test_a_relative_path_is_meant_from_the_current_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store.create(Path("alps.txt"), OLD)
    store.replace(Path("alps.txt"), lambda old: NEW)
    assert store.read(tmp_path / "alps.txt") == NEW
    with pytest.raises(NoFile) as caught:
        store.read(Path("evenly.txt"))
    assert caught.value.path == Path("evenly.txt")


def test_create_leaves_alone_what_is_there(store: Store, tmp_path: Path) -> None:
    file, folder, link = tmp_path / "evenly.txt", tmp_path / "folder", tmp_path / "link"
    store.create(file, OLD)
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    for path in (file, folder, link):
        with pytest.raises(AlreadyExists) as caught:
            store.create(path, NEW)
        assert caught.value.path == path
    assert store.read(file) == OLD
    assert sorted(os.listdir(tmp_path)) == ["evenly.txt", "folder", "link"]
    assert os.listdir(folder) == []


def test_create_without_a_folder_cannot_write(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    for path in (tmp_path / "none" / "out.csv", tmp_path / "file" / "out.csv"):
        with pytest.raises(CannotWrite) as caught:
            store.create(path, NEW)
        assert caught.value.path == path
    assert os.listdir(tmp_path) == ["file"]


def test_a_new_file_gets_the_default_rights(store: Store, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    store.create(tmp_path / "evenly.txt", OLD)
    assert (tmp_path / "evenly.txt").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_nothing_there_is_no_file_and_change_is_not_called(store: Store, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    calls: list[bytes] = []
    for name in ("evenly.txt", "none/evenly.txt", "file/evenly.txt", "link"):
        with pytest.raises(NoFile) as caught:
            store.read(tmp_path / name)
        assert caught.value.path == tmp_path / name
        with pytest.raises(NoFile) as caught:
            store.replace(tmp_path / name, lambda old: calls.append(old) or NEW)
        assert caught.value.path == tmp_path / name
    assert calls == []
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]


def test_a_folder_or_a_pipe_cannot_be_read_and_change_is_not_called(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    calls: list[bytes] = []
    for path in (tmp_path / "folder", tmp_path / "pipe"):
        with pytest.raises(CannotRead) as caught:
            store.read(path)
        assert caught.value.path == path
        with pytest.raises(CannotRead) as caught:
            store.replace(path, lambda old: calls.append(old) or NEW)
        assert caught.value.path == path
    assert calls == []
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]


@pytest.mark.parametrize("new", [NEW, b"short", b"", OLD])
def test_replace_calls_change_once_and_keeps_rights(store: Store, tmp_path: Path, new: bytes) -> None:
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    path.chmod(0o640)
    seen: list[bytes] = []
    store.replace(path, lambda old: seen.append(old) or new)
    assert seen == [OLD]
    assert store.read(path) == new
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["evenly.txt"]


def test_replace_follows_a_link_and_leaves_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    store.create(tmp_path / "deep" / "alps.txt", OLD)
    link = tmp_path / "evenly.txt"
    link.symlink_to(Path("deep") / "alps.txt")
    store.replace(link, lambda old: NEW)
    assert link.is_symlink()
    assert store.read(link) == store.read(tmp_path / "deep" / "alps.txt") == NEW


@pytest.mark.parametrize("refusal", [ValueError("no"), PermissionError("mine"), NoFile(Path("other"))])
def test_a_refusal_comes_back_as_it_is_and_before_cannot_write(
    store: Store, tmp_path: Path, refusal: Exception
) -> None:
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    path.chmod(0o444)

    def refuse(old: bytes) -> bytes:
        raise refusal

    with pytest.raises(type(refusal)) as caught:
        store.replace(path, refuse)
    assert caught.value is refusal
    assert store.read(path) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


def test_after_a_refusal_the_next_replace_works(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    with pytest.raises(ZeroDivisionError):
        store.replace(path, lambda old: bytes(1 // 0))
    store.replace(path, lambda old: NEW)
    assert store.read(path) == NEW


def test_no_replace_at_the_same_time_is_lost(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "evenly.txt"
    store.create(path, b"")
    together = Barrier(4)

    def add(letter: bytes) -> None:
        together.wait()
        for _ in range(10):
            store.replace(path, lambda old: old + letter)

    threads = [Thread(target=add, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.read(path)) == sorted(b"abcd" * 10)


def test_of_creates_at_the_same_time_one_succeeds(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "evenly.txt"
    together = Barrier(4)
    made: list[bytes] = []
    refused: list[Path] = []

    def start(content: bytes) -> None:
        together.wait()
        try:
            store.create(path, content)
            made.append(content)
        except AlreadyExists as error:
            refused.append(error.path)

    threads = [Thread(target=start, args=(content,)) for content in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [path] * 3
    assert [store.read(path)] == made
    assert os.listdir(tmp_path) == ["evenly.txt"]
