"""`meta new`: a workspace for an app, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from engine.errors import MetaError, UsageError
from engine.git import Repository, check_git
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.intent import GUIDE, read_intent
from engine.resources import document
from engine.secrets import ALLOWED, find_in_bytes, home_of
from engine.state.events import RunSet
from engine.state.models import Run
from engine.state.store import Store
from engine.workspace import INTENT


class CannotCreate(MetaError):
    """The workspace was not made; nothing was changed."""


def create(folder: Path, intent: Path | None, toolchain: str) -> bool:
    """Make a workspace in `folder` (new, empty, or holding just an intent). Returns whether the intent is written.

    Raises IntentError, SecretFound, CannotCreate or UsageError before anything is changed.
    """
    check_git()
    find_toolchain(toolchain)
    own = folder / INTENT
    _check_folder(folder, own, intent)
    given = intent or (own if own.exists() else None)
    text = read_intent(given).encode() if given else document(GUIDE).read_bytes()
    _fill(folder, text, toolchain, _insisted_on(given) if given else b"")
    return given is not None


def _insisted_on(intent: Path) -> bytes:
    """The list that allows what this intent holds: it goes with it. b"" if nothing needs it."""
    needed = find_in_bytes(intent.read_bytes(), str(intent))
    return (home_of(intent) / ALLOWED).read_bytes() if needed else b""


def _check_folder(folder: Path, own: Path, intent: Path | None) -> None:
    if not folder.exists():
        parent = next(p for p in folder.resolve().parents if p.exists())
        if not parent.is_dir():
            raise UsageError(f"{folder}: {parent} is a file. Name a folder.")
        if not os.access(parent, os.W_OK):
            raise CannotCreate(f"{folder}: {parent} is not writable. Choose another place.")
        return
    if not folder.is_dir():
        raise UsageError(f"{folder}: this is a file. Name a folder.")
    if (folder / ".orchestrator").exists():
        raise UsageError(f"{folder}: this is a workspace already. `meta run {folder}` goes on with it.")
    if not os.access(folder, os.W_OK):
        raise CannotCreate(f"{folder}: the folder is not writable. Choose another place, or change its rights.")
    others = sorted(p.name for p in folder.iterdir() if p not in (own, folder / ALLOWED))
    if others:
        raise UsageError(
            f"{folder}: the folder is not empty ({', '.join(others[:3])}{' …' if len(others) > 3 else ''}). "
            f"A new app needs an empty folder, or one that holds only {INTENT}."
        )
    if intent and own.exists() and intent.resolve() != own.resolve():
        raise UsageError(f"{own} is there already: leave out --intent, or move one of the two.")


def _fill(folder: Path, intent: bytes, toolchain: str, allowed: bytes) -> None:
    """Build beside, then move in: a failure half way leaves the folder as it was."""
    made = [parent for parent in folder.resolve().parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.resolve().parent))
    except OSError as error:
        _remove_empty(made)
        raise CannotCreate(f"{folder}: the workspace could not be made ({error.strerror}).") from error
    try:
        (staging / INTENT).write_bytes(intent)
        if allowed:
            (staging / ALLOWED).write_bytes(allowed)
        (staging / ".gitignore").write_bytes(document("templates/gitignore.template").read_bytes())
        repository = Repository.init(staging)
        files = {INTENT: intent, ".gitignore": (staging / ".gitignore").read_bytes()}
        repository.fast_forward(None, repository.commit_files(None, files, "The intent"))
        for private in ("decisions", "receipts", "sessions", "worktrees"):
            (staging / ".orchestrator" / private).mkdir(parents=True)
        with Store.open(staging) as store:
            store.commit(RunSet(run=Run(toolchain=toolchain)))
        folder.mkdir(exist_ok=True)
        for item in sorted(staging.iterdir()):
            item.replace(folder / item.name)
    except OSError as error:
        raise CannotCreate(f"{folder}: the workspace could not be made ({error.strerror}).") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not folder.exists():
            _remove_empty(made)


def _remove_empty(folders: list[Path]) -> None:
    """Take back the parents made for a workspace that was not; innermost first."""
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
