"""What a person edited by hand is committed as theirs, so that sessions and checks see it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from engine.legos.slices import path_of
from engine.runner.context import Context
from engine.secrets import SecretFound, find_in_bytes, read_allowed

MOST_FILES = 5
"""So many are named; the rest is counted."""


async def commit_edits(context: Context, paths: Iterable[str], name: str, own: Iterable[str] = ()) -> None:
    """Put what a person edited in these artifacts, and in a step's own files and folders, on the branch.

    Sessions and checks see it there.

    Raises DirtyPaths, and SecretFound before anything is committed.
    """
    async with context.landing_lock:
        files = sorted({path_of(key) for key in paths if not key.endswith("/")} | set(own))
        await asyncio.to_thread(_commit_edits, context, files, name)


def left_out(context: Context) -> list[str]:
    """What to say of generated files that lie there otherwise than in the commit, which alone was checked.

    Edits are committed where work goes on from them; those in what is kept as it is stay where they are.
    """
    made = {path for step, lego in context.instances.all() for path in context.record(step.name, lego).outputs}
    edited = context.workspace.repository.dirty(sorted(made)) if made else []
    if not edited:
        return []
    files = ", ".join(edited[:MOST_FILES]) + (f" and {more} more" if (more := len(edited) - MOST_FILES) > 0 else "")
    return [f"not committed, and so not in what was checked: {files}. Commit them; `meta prove` checks with them"]


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
