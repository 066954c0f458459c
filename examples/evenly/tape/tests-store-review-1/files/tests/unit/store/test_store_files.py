"""What the store does with files when things go well, fail at one system call, or are killed there.

The design leaves failing system calls to these tests: functions of `os` and `fcntl` are made to fail, because rights
cannot show it when the tests run as root.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from evenly.contracts.store import AlreadyExists, CannotRead, CannotWrite, NoFile, Store

OLD = "evenly trip\npeople Zoë Ben\n".encode()
NEW = "evenly trip\npeople Zoë Ben\nexpense 1 Ben 9.00 Ben tea\n".encode()
OLD_SIZE = 28
NEW_SIZE = 55

DENIED = PermissionError(errno.EACCES, "denied")
FULL = OSError(errno.ENOSPC, "full")
GONE = FileNotFoundError(errno.ENOENT, "gone")


def failing(error: BaseException) -> Callable[..., Any]:
    """A function that always raises `error`."""

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


def open_failing(error: OSError, name: str, flag: int) -> Callable[..., int]:
    """`os.open` that fails for files called `name` (any, if empty) when opened with exactly this access or flag."""
    real = os.open

    def fake(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        wanted = flags & flag if flag == os.O_CREAT else (flags & os.O_ACCMODE) == flag
        if wanted and name in ("", Path(path).name):
            raise error
        return real(path, flags, *args, **kwargs)

    return fake


def folder_sync_failing() -> Callable[[int], None]:
    real = os.fsync

    def fake(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "no sync of folders")
        real(descriptor)

    return fake


def foreign_owner(path: Path) -> tuple[int, int, Callable[..., os.stat_result]]:
    """A user and a group that are not those of `path`, and an `os.fstat` that shows them for this file."""
    real = os.fstat
    known = path.stat()
    user, group = known.st_uid + 1, known.st_gid + 1

    def fake(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        if found.st_ino != known.st_ino:
            return found
        fields = list(found)
        fields[4:6] = [user, group]
        return os.stat_result(fields)

    return user, group, fake


def exit_code_when_killed(act: Callable[[], object], name: str, when: str) -> int | None:
    """Run `act` in a child that kills itself before or after its first call of `os.<name>`."""
    real = getattr(os, name)

    def fatal(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    def child() -> None:
        setattr(os, name, fatal)
        act()

    process = get_context("fork").Process(target=child, daemon=True)
    process.start()
    process.join(30)
    return process.exitcode


def lock_is_free(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


# Whole files


@pytest.mark.parametrize(
    "name", ["evenly.txt", "a", "trip to Zürich 2.txt", " ", "-x", "two\nlines", "休暇", "..."] + ["n" * 255]
)
def test_a_trip_is_created_under_any_possible_name(store: Store, tmp_path: Path, name: str) -> None:
    """R-003: the new trip file holds exactly the bytes given, whatever its name."""
    store.create(tmp_path / name, b"evenly trip\npeople Zo\xc3\xab Ben Jo-2\n")
    assert store.read(tmp_path / name) == b"evenly trip\npeople Zo\xc3\xab Ben Jo-2\n"
    assert os.listdir(tmp_path) == [name]


def test_a_csv_keeps_byte_order_mark_and_line_ends(store: Store, tmp_path: Path) -> None:
    """R-009: the csv file holds its bytes as they are, nothing is translated."""
    content = (
        b"\xef\xbb\xbfnumber,payer,amount,what,participants\r\n"
        b'1,Zo\xc3\xab,12.50,"6"" pizza, two","Zo\xc3\xab, Ben"\r\n'
        b"2,Ben,3.00,tea,Zo\xc3\xab\r\n"
    )
    store.create(tmp_path / "out.csv", content)
    assert (tmp_path / "out.csv").read_bytes() == content


def test_a_trip_grows_and_changes_step_by_step(store: Store, tmp_path: Path) -> None:
    """R-010: the trip lives in one file, and each change starts from what the change before left."""
    path = tmp_path / "alps.txt"
    store.create(path, b"evenly trip\npeople Ada Ben\n")
    store.replace(path, lambda old: old + b"expense 1 Ben 9.00 Ada,Ben red wine\n")
    store.replace(path, lambda old: old + b"expense 2 Ada 4.00 Ben tea\n")
    store.replace(path, lambda old: old.replace(b"expense 1 ", b"struck 1 "))
    assert store.read(path) == (
        b"evenly trip\npeople Ada Ben\nstruck 1 Ben 9.00 Ada,Ben red wine\nexpense 2 Ada 4.00 Ben tea\n"
    )
    assert os.listdir(tmp_path) == ["alps.txt"]


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
def test_the_same_change_is_applied_at_each_call(store: Store, tmp_path: Path, size: int) -> None:
    """R-010: replacing twice applies the change twice, for empty and for large files."""
    path = tmp_path / "evenly.txt"
    store.create(path, b"x" * size)
    store.replace(path, lambda old: old + b"y")
    store.replace(path, lambda old: old + b"y")
    assert store.read(path) == b"x" * size + b"yy"


def test_writing_goes_on_when_the_system_writes_only_a_part(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-011: once a call has returned, the file holds all of its content."""
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))
        store.create(tmp_path / "created", OLD)
        store.create(tmp_path / "replaced", b"")
        store.replace(tmp_path / "replaced", lambda old: NEW)
    assert store.read(tmp_path / "created") == OLD
    assert store.read(tmp_path / "replaced") == NEW


def test_a_new_file_follows_the_umask(store: Store, tmp_path: Path, strict_umask: None) -> None:
    """R-003: a new trip has the default rights of its user."""
    store.create(tmp_path / "evenly.txt", OLD)
    assert stat.S_IMODE((tmp_path / "evenly.txt").stat().st_mode) == 0o600


def test_replace_keeps_rights_that_the_umask_would_take(store: Store, tmp_path: Path, strict_umask: None) -> None:
    """R-010: the others on the trip can still use the file after a change."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    path.chmod(0o664)
    store.replace(path, lambda old: NEW)
    assert store.read(path) == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_replace_follows_a_chain_of_links(store: Store, tmp_path: Path) -> None:
    """R-010: a trip behind two links is changed where it lies, and both links stay."""
    (tmp_path / "deep").mkdir()
    store.create(tmp_path / "deep" / "alps.txt", OLD)
    (tmp_path / "second").symlink_to("deep/alps.txt")
    (tmp_path / "first").symlink_to("second")
    store.replace(tmp_path / "first", lambda old: NEW)
    assert (tmp_path / "deep" / "alps.txt").read_bytes() == NEW
    assert [os.readlink(tmp_path / "first"), os.readlink(tmp_path / "second")] == ["second", "deep/alps.txt"]


def test_leftovers_of_a_killed_call_are_in_nobodys_way(store: Store, tmp_path: Path) -> None:
    """R-011: temporary files left under the names this process would use block nothing and are not touched."""
    leftovers = [tmp_path / f".evenly-{os.getpid()}-{number}.tmp" for number in range(3)]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    store.create(tmp_path / "evenly.txt", OLD)
    store.replace(tmp_path / "evenly.txt", lambda old: NEW)
    assert store.read(tmp_path / "evenly.txt") == NEW
    assert [leftover.read_bytes() for leftover in leftovers] == [b"half"] * 3
    assert sorted(os.listdir(tmp_path)) == [leftover.name for leftover in leftovers] + ["evenly.txt"]


def test_a_change_made_while_waiting_for_the_lock_is_not_lost(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-010: the old bytes are read only after the lock is held."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    real = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        real(descriptor, operation)
        if operation & fcntl.LOCK_EX:
            path.write_bytes(NEW)

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", late)
        store.replace(path, lambda old: old + b"more\n")
    assert store.read(path) == NEW + b"more\n"


def test_the_lock_is_held_until_the_file_is_in_place(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-010: nobody else can take the lock during the change or at the rename; afterwards it is free."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    free: list[bool] = []
    real = os.replace

    def change(old: bytes) -> bytes:
        free.append(lock_is_free(tmp_path))
        return NEW

    def rename(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        free.append(lock_is_free(tmp_path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", rename)
        store.replace(path, change)
    assert [*free, lock_is_free(tmp_path)] == [False, False, True]
    assert store.read(path) == NEW


def test_no_call_leaves_a_file_open(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-010, R-015: neither calls that work nor calls that fail keep a descriptor."""
    path = tmp_path / "evenly.txt"
    before = len(os.listdir("/dev/fd"))
    store.create(path, OLD)
    store.replace(path, lambda old: NEW)
    assert store.read(path) == NEW
    with pytest.raises(CannotRead):
        store.read(tmp_path)
    with pytest.raises(NoFile):
        store.replace(tmp_path / "alps.txt", lambda old: NEW)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing(FULL))
        with pytest.raises(CannotWrite):
            store.create(tmp_path / "out.csv", NEW)
        with pytest.raises(CannotWrite):
            store.replace(path, lambda old: OLD)
    assert len(os.listdir("/dev/fd")) == before


# Errors


def test_errors_name_a_relative_path_as_given(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-015: `none/out.csv` cannot be written, `.` cannot be read, and evenly.txt is no trip or exists already."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoFile) as missing:
        store.read(Path("evenly.txt"))
    store.create(Path("evenly.txt"), OLD)
    with pytest.raises(AlreadyExists) as existing:
        store.create(Path("evenly.txt"), OLD)
    with pytest.raises(CannotWrite) as unwritable:
        store.create(Path("none/out.csv"), NEW)
    with pytest.raises(CannotRead) as unreadable:
        store.read(Path("."))
    assert [caught.value.path for caught in (missing, existing, unwritable, unreadable)] == [
        Path("evenly.txt"),
        Path("evenly.txt"),
        Path("none/out.csv"),
        Path("."),
    ]
    assert store.read(Path("evenly.txt")) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


def test_a_name_that_is_too_long_can_be_neither_written_nor_read(store: Store, tmp_path: Path) -> None:
    """R-015: one byte more than a file name may have."""
    path = tmp_path / ("n" * 256)
    with pytest.raises(CannotWrite) as unwritable:
        store.create(path, OLD)
    with pytest.raises(CannotRead) as unreadable:
        store.read(path)
    assert [unwritable.value.path, unreadable.value.path] == [path, path]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("error", [DENIED, OSError(errno.EIO, "broken")])
def test_a_file_that_may_not_be_opened_cannot_be_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """R-015: reading and replacing say so, and the change is not asked for."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    seen: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_failing(error, "evenly.txt", os.O_RDONLY))
        with pytest.raises(CannotRead) as reading:
            store.read(path)
        with pytest.raises(CannotRead) as replacing:
            store.replace(path, lambda old: seen.append(old) or NEW)
    assert [reading.value.path, replacing.value.path] == [path, path]
    assert seen == []
    assert store.read(path) == OLD


def test_a_folder_that_may_not_be_written_takes_no_new_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-015: a new name cannot be written there, but one that is taken already exists."""
    store.create(tmp_path / "evenly.txt", OLD)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_failing(DENIED, "", os.O_CREAT))
        with pytest.raises(CannotWrite) as fresh:
            store.create(tmp_path / "out.csv", NEW)
        with pytest.raises(AlreadyExists) as taken:
            store.create(tmp_path / "evenly.txt", NEW)
    assert [fresh.value.path, taken.value.path] == [tmp_path / "out.csv", tmp_path / "evenly.txt"]
    assert store.read(tmp_path / "evenly.txt") == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


@pytest.mark.parametrize(
    ("name", "error"), [("write", FULL), ("fsync", FULL), ("link", DENIED), ("link", OSError(errno.EPERM, "no links"))]
)
def test_create_that_fails_on_its_way_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: OSError
) -> None:
    """R-011, R-015: a failing write, sync or link is CannotWrite, and afterwards the same call works."""
    path = tmp_path / "evenly.txt"
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(error))
        with pytest.raises(CannotWrite) as caught:
            store.create(path, OLD)
    assert caught.value.path == path
    assert os.listdir(tmp_path) == []
    store.create(path, OLD)
    assert store.read(path) == OLD


def test_create_does_not_overwrite_a_file_that_appears_meanwhile(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-015: a file made by another program just before the link exists already and stays."""
    path = tmp_path / "evenly.txt"
    real = os.link

    def late(*args: Any, **kwargs: Any) -> None:
        path.write_bytes(b"rival")
        real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", late)
        with pytest.raises(AlreadyExists) as caught:
            store.create(path, OLD)
    assert caught.value.path == path
    assert store.read(path) == b"rival"
    assert os.listdir(tmp_path) == ["evenly.txt"]


@pytest.mark.parametrize(
    ("name", "error"),
    [("write", FULL), ("fsync", FULL), ("fchmod", DENIED), ("replace", DENIED), ("replace", GONE)],
)
def test_replace_that_fails_on_its_way_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: OSError
) -> None:
    """R-011, R-015: a failing write, sync, mode or rename is CannotWrite; the lock is free again."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    path.chmod(0o640)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(error))
        with pytest.raises(CannotWrite) as caught:
            store.replace(path, lambda old: NEW)
    assert caught.value.path == path
    assert store.read(path) == OLD
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["evenly.txt"]
    assert lock_is_free(tmp_path)


@pytest.mark.parametrize("error", [DENIED, GONE])
def test_a_file_that_may_be_read_but_not_opened_for_writing_is_not_replaced(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """R-015: a read-only trip, or one taken away meanwhile, is CannotWrite, after the change was asked once."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    seen: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_failing(error, "evenly.txt", os.O_WRONLY))
        with pytest.raises(CannotWrite) as caught:
            store.replace(path, lambda old: seen.append(old) or NEW)
    assert caught.value.path == path
    assert seen == [OLD]
    assert store.read(path) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


@pytest.mark.parametrize("broken", ["locking", "opening"])
def test_without_a_lock_nothing_is_written_but_other_trouble_goes_first(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """R-013, R-015: a missing file, then the refusal of the change, then the lock that cannot be had."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    refusal = ValueError("no")
    with monkeypatch.context() as patch:
        if broken == "locking":
            patch.setattr(fcntl, "flock", failing(OSError(errno.ENOLCK, "no locks")))
        else:
            patch.setattr(os, "open", open_failing(DENIED, tmp_path.name, os.O_RDONLY))
        with pytest.raises(NoFile) as missing:
            store.replace(tmp_path / "alps.txt", lambda old: NEW)
        with pytest.raises(ValueError, match="^no$") as refused:
            store.replace(path, failing(refusal))
        with pytest.raises(CannotWrite) as unlocked:
            store.replace(path, lambda old: NEW)
    assert refused.value is refusal
    assert [missing.value.path, unlocked.value.path] == [tmp_path / "alps.txt", path]
    assert store.read(path) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


@pytest.mark.parametrize("owner_allowed", [True, False])
def test_replace_keeps_the_group_and_where_possible_the_owner(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner_allowed: bool
) -> None:
    """R-010: the trip of somebody else stays theirs; if only the group can be kept, the change is made as well."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    user, group, fstat = foreign_owner(path)
    users: set[int] = set()
    groups: set[int] = set()
    changed: set[int] = set()

    def fchown(descriptor: int, uid: int, gid: int) -> None:
        if uid != -1 and not owner_allowed:
            raise PermissionError(errno.EPERM, "not your file")
        users.add(uid)
        groups.add(gid)
        changed.add(os.stat(descriptor).st_ino)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", fstat)
        patch.setattr(os, "fchown", fchown)
        store.replace(path, lambda old: NEW)
    assert store.read(path) == NEW
    assert changed == {path.stat().st_ino}
    assert groups - {-1} == {group}
    assert users - {-1} == ({user} if owner_allowed else set())


def test_a_group_that_cannot_be_kept_is_cannot_write(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-015: rather than lock the others out, nothing is changed."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    _, _, fstat = foreign_owner(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", fstat)
        patch.setattr(os, "fchown", failing(PermissionError(errno.EPERM, "not your group")))
        with pytest.raises(CannotWrite) as caught:
            store.replace(path, lambda old: NEW)
    assert caught.value.path == path
    assert store.read(path) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


# Interruptions


@pytest.mark.parametrize("broken", ["removing", "syncing"])
def test_trouble_after_the_file_is_in_place_is_not_raised(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """R-011: the content is there, so neither a temporary name that stays nor an unsynced folder is an error."""
    patches = {
        "removing": [("unlink", failing(DENIED)), ("remove", failing(DENIED))],
        "syncing": [("fsync", folder_sync_failing())],
    }
    path = tmp_path / "evenly.txt"
    with monkeypatch.context() as patch:
        for name, fake in patches[broken]:
            patch.setattr(os, name, fake)
        store.create(path, OLD)
        created = store.read(path)
        store.replace(path, lambda old: NEW)
    assert [created, store.read(path)] == [OLD, NEW]


def test_a_folder_that_may_be_written_but_not_read_takes_a_new_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-003, R-011: the folder cannot be opened to sync it, but by then the file is in place."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_failing(DENIED, tmp_path.name, os.O_RDONLY))
        store.create(tmp_path / "evenly.txt", OLD)
    assert store.read(tmp_path / "evenly.txt") == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]


def test_content_is_synced_before_it_is_in_place_and_the_folder_after(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-011: what stands under the name is complete, and after the return it is there to stay."""
    steps: list[tuple[str, int]] = []
    fsync, link, replace = os.fsync, os.link, os.replace

    def note_sync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        folder = stat.S_ISDIR(found.st_mode)
        steps.append(("sync folder", 0) if folder else ("sync file", found.st_size))
        fsync(descriptor)

    def note_link(*args: Any, **kwargs: Any) -> None:
        steps.append(("link", 0))
        link(*args, **kwargs)

    def note_replace(*args: Any, **kwargs: Any) -> None:
        steps.append(("rename", 0))
        replace(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", note_sync)
        patch.setattr(os, "link", note_link)
        patch.setattr(os, "replace", note_replace)
        store.create(tmp_path / "evenly.txt", OLD)
        store.replace(tmp_path / "evenly.txt", lambda old: NEW)
    assert steps == [
        ("sync file", OLD_SIZE),
        ("link", 0),
        ("sync folder", 0),
        ("sync file", NEW_SIZE),
        ("rename", 0),
        ("sync folder", 0),
    ]


@pytest.mark.parametrize("name", ["write", "fsync", "link"])
def test_an_interrupt_from_the_keyboard_leaves_no_new_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """R-011: the interrupt of a create comes through, and neither the file nor a temporary one is left."""
    path = tmp_path / "evenly.txt"
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            store.create(path, OLD)
    assert os.listdir(tmp_path) == []
    store.create(path, NEW)
    assert store.read(path) == NEW


@pytest.mark.parametrize("name", ["write", "fsync", "replace"])
def test_an_interrupt_from_the_keyboard_changes_nothing_and_frees_the_lock(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """R-011: the interrupt comes through, the old content stays, no temporary file is left."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            store.replace(path, lambda old: NEW)
    assert store.read(path) == OLD
    assert os.listdir(tmp_path) == ["evenly.txt"]
    assert lock_is_free(tmp_path)


@pytest.mark.parametrize(
    ("name", "when", "left"),
    [
        ("write", "before", OLD),
        ("write", "after", OLD),
        ("fsync", "before", OLD),
        ("fsync", "after", OLD),
        ("replace", "before", OLD),
        ("replace", "after", NEW),
    ],
)
def test_a_killed_replace_leaves_all_old_or_all_new_bytes(
    store: Store, tmp_path: Path, name: str, when: str, left: bytes
) -> None:
    """R-011: killed with signal 9 at each step, the file is whole and the next change works."""
    path = tmp_path / "evenly.txt"
    store.create(path, OLD)
    assert exit_code_when_killed(lambda: store.replace(path, lambda old: NEW), name, when) == -9
    assert store.read(path) == left
    store.replace(path, lambda old: old + b"more\n")
    assert store.read(path) == left + b"more\n"


@pytest.mark.parametrize(
    ("name", "when", "files"),
    [
        ("write", "after", []),
        ("fsync", "after", []),
        ("link", "before", []),
        ("link", "after", ["evenly.txt"]),
    ],
)
def test_a_killed_create_leaves_no_file_or_a_complete_one(
    store: Store, tmp_path: Path, name: str, when: str, files: list[str]
) -> None:
    """R-003, R-009, R-011: killed with signal 9 at each step, there is nothing at the path or all of it."""
    path = tmp_path / "evenly.txt"
    assert exit_code_when_killed(lambda: store.create(path, OLD), name, when) == -9
    assert {found.name: store.read(found) for found in tmp_path.glob("evenly*")} == dict.fromkeys(files, OLD)
    store.create(tmp_path / "next.txt", NEW)
    assert store.read(tmp_path / "next.txt") == NEW
