"""Files of a work tree: what is there in git's terms, and putting new ones in place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from engine.git.objects import Entry, blob_id

_EXECUTE = 0o111


def same_content(one: Entry | None, other: Entry | None) -> bool:
    """Whether both are the same file. The execute bit is no content: some file systems have none."""
    if one is None or other is None:
        return one is other
    return (one.id, one.is_link) == (other.id, other.is_link)


def entry_on_disk(root: Path, path: str) -> Entry | None:
    """What the work tree holds at `path`; a folder is no file, and nothing is below a link or a file."""
    if obstacle(root, path) is not None:
        return None
    place = root / path
    if place.is_symlink():
        return Entry("120000", blob_id(os.fsencode(place.readlink())))
    if not place.is_file():
        return None
    executable = place.stat().st_mode & _EXECUTE
    return Entry("100755" if executable else "100644", blob_id(place.read_bytes()))


def obstacle(root: Path, path: str) -> str | None:
    """The file or link that stands where `path` needs a folder."""
    for folder in parents(path):
        place = root / folder
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return folder
    return None


def parents(path: str) -> list[str]:
    """The folders above `path`, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def files_below(root: Path, path: str) -> Iterator[str]:
    """Every file and link in the folder `path`; none if it is not a folder."""
    place = root / path
    if place.is_symlink() or not place.is_dir():
        return
    for entry in sorted(place.iterdir()):
        below = f"{path}/{entry.name}"
        if entry.is_dir() and not entry.is_symlink():
            yield from files_below(root, below)
        else:
            yield below


def remove_file(root: Path, path: str) -> None:
    """Delete a file; one that is gone already is fine."""
    (root / path).unlink(missing_ok=True)


def remove_empty_parents(root: Path, path: str) -> None:
    """Delete the folders above `path` as far as nothing is in them."""
    if obstacle(root, path) is not None:
        return
    for folder in reversed(parents(path)):
        place = root / folder
        if not place.exists():
            continue
        if any(place.iterdir()):
            return
        place.rmdir()


def put_file(source: Path, root: Path, path: str) -> None:
    """Move a finished file to its place in one step, in place of a file or of empty folders."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        _remove_empty_folders(target)
    source.replace(target)


def set_executable(place: Path, executable: bool) -> None:
    """Set or clear the execute bits, for those who may read."""
    mode = place.stat().st_mode & 0o777
    wanted = mode | (mode & 0o444) >> 2 if executable else mode & ~_EXECUTE
    if wanted != mode:
        place.chmod(wanted)


def sync(place: Path) -> None:
    """Bring a file or a folder to the disk itself."""
    if place.is_symlink():
        return
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_empty_folders(folder: Path) -> None:
    for entry in folder.iterdir():
        _remove_empty_folders(entry)
    folder.rmdir()
