"""What a person edited by hand is committed as theirs, so that sessions and checks see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from engine.legos.slices import path_of
from engine.runner.context import Context
from engine.secrets import SecretFound, find_in_bytes, read_allowed


async def commit_edits(context: Context, paths: Iterable[str], name: str, own: Iterable[str] = ()) -> None:
    """Put what a person edited in these artifacts, and in a step's own files and folders, on the branch.

    Sessions and checks see it there.

    Raises DirtyPaths, and SecretFound before anything is committed.
    """
    async with context.landing_lock:
        files = sorted({path_of(key) for key in paths if not key.endswith("/")} | set(own))
        await asyncio.to_thread(_commit_edits, context, files, name)


def _commit_edits(context: Context, paths: list[str], name: str) -> None:
    repository = context.workspace.repository
    edited = repository.dirty(paths) if paths else []
    if not edited:
        return
    root = context.workspace.root
    head = repository.head()
    files: dict[str, bytes | None] = {p: (root / p).read_bytes() if (root / p).is_file() else None for p in edited}
    if found := [one for path, data in files.items() for one in find_in_bytes(data or b"", path, read_allowed(root))]:
        raise SecretFound(found, f"{name}: what you edited holds a secret")
    new = repository.commit_files(head, files, f"{name}: edited by hand")
    assert head is not None, "a workspace has a first commit"
    repository.fast_forward(head, new)
