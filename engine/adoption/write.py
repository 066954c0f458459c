"""Writes an adoption: made ready beside the work tree, then landed. Killed anywhere, it is nothing, or it is finished.

What is made ready lies in git's own folder. Once `ready.json` is there, the adoption is finished by whoever comes next;
before that it is thrown away. Its last act moves `.orchestrator` into the work tree in one step.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.adoption.checks import CannotAdopt
from engine.git import Repository
from engine.state.atomic import dump_json, sync_folder, write_atomic
from engine.state.events import Event
from engine.state.files import FOLDER, STATE_REF
from engine.state.snapshots import state_files
from engine.state.store import Store

ADOPTED_REF = "refs/meta/adopted"
"""The commit that was adopted: files that it holds were not made by the engine."""

STAGING = "meta-adoption"
READY = "ready.json"
PRIVATE = ("decisions", "receipts", "sessions", "worktrees")


@dataclass(frozen=True, slots=True)
class Adoption:
    """An adoption that was made ready: the branch goes from `old` to `new`."""

    old: str
    new: str


@contextmanager
def alone(repository: Repository) -> Iterator[None]:
    """No other adoption of this repository meanwhile; the kernel lets go of the lock when the process ends."""
    with (repository.git_dir / f"{STAGING}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotAdopt(f"{repository.root}: another `meta adopt` works here. Wait for it to end.") from None
        yield


def prepare(repository: Repository, old: str, files: Mapping[str, bytes]) -> tuple[Path, str]:
    """An empty folder for the state, and a commit with these files on top of `old`; nothing shows of either yet."""
    staging = staging_of(repository)
    shutil.rmtree(staging, ignore_errors=True)
    for name in PRIVATE:
        (staging / FOLDER / name).mkdir(parents=True)
    return staging, repository.commit_files(old, dict(files), "Adopted")


def make_ready(repository: Repository, adoption: Adoption, events: Iterable[Event]) -> None:
    """Write the state; from here on the adoption will be finished."""
    staging = staging_of(repository)
    with Store.open(staging) as store:
        store.commit(*events)
    for name in ("", *PRIVATE):
        sync_folder(staging / FOLDER / name)
    write_atomic(staging / READY, dump_json({"schema_version": 1, "old": adoption.old, "new": adoption.new}))
    sync_folder(staging.parent)


def unfinished(repository: Repository) -> Adoption | None:
    """The adoption that was made ready here and not finished; what can no longer be finished is thrown away."""
    staging = staging_of(repository)
    found = _read(staging / READY)
    head = repository.head()
    is_placed = (repository.root / FOLDER).exists()
    if found and head and not is_placed and (head == found.old or _holds(repository, head, found.new)):
        return found
    shutil.rmtree(staging, ignore_errors=True)
    return None


def finish(repository: Repository, adoption: Adoption) -> None:
    """Land the commit, keep the state under its ref, and put `.orchestrator` in its place; again after a kill.

    Raises DirtyPaths when an uncommitted file is in the way, HeadMoved when the branch has moved.
    """
    staging = staging_of(repository)
    repository.update_ref(ADOPTED_REF, adoption.old)
    if not _landed_before(repository, adoption):
        repository.fast_forward(adoption.old, adoption.new)
    kept: dict[str, bytes | None] = dict(state_files(staging))
    repository.commit_files(None, kept, "State", ref=STATE_REF)
    (staging / FOLDER).rename(repository.root / FOLDER)
    sync_folder(repository.root)
    shutil.rmtree(staging, ignore_errors=True)


def give_up(repository: Repository) -> None:
    """Forget what was made ready, when nothing of it has landed."""
    shutil.rmtree(staging_of(repository), ignore_errors=True)
    repository.delete_ref(ADOPTED_REF)


def staging_of(repository: Repository) -> Path:
    """A place on the same file system as the work tree, from which a folder can be moved there in one step."""
    inside = repository.git_dir / STAGING
    same = repository.git_dir.stat().st_dev == repository.root.stat().st_dev
    return inside if same else repository.root / f".{STAGING}"


def _landed_before(repository: Repository, adoption: Adoption) -> bool:
    """Whether the landing was over already, and the branch has gone on since."""
    head = repository.head()
    return head != adoption.new and head is not None and _holds(repository, head, adoption.new)


def _holds(repository: Repository, head: str, commit: str) -> bool:
    return repository.run("merge-base", "--is-ancestor", commit, head, ok=(0, 1)).code == 0


def _read(path: Path) -> Adoption | None:
    """What was made ready; None if that is not there, or not whole."""
    try:
        data = json.loads(path.read_bytes())
        return Adoption(str(data["old"]), str(data["new"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
