"""Tapes on the way: what a session did is put on one, and a session that plays another brief's recording is named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.briefs.compare import differing_parts
from engine.git import Change
from engine.names import REPLAY
from engine.runner.context import Context
from engine.sessions.folder import SessionFolder
from engine.sessions.tape import Tape, TapeError, entry_key, record
from engine.state.models import Outcome
from runtime_adapters.protocol import SessionSpec

MOST_NAMED = 3
"""So many sessions with another brief than the recorded one are named; the others are counted."""

ON_TAPE: tuple[Outcome, ...] = ("done", "failed", "needs_input", "overflow")
"""Outcomes of sessions in which an agent really worked to an end: those are the takes of a tape."""


def record_session(
    context: Context, folder: SessionFolder, worktree: Path, changes: Sequence[Change], outcome: Outcome
) -> None:
    """Put an ended session on the tape of this run, if there is one; what was played from that very tape is there."""
    tape, spec = context.settings.record, folder.spec()
    if tape is None or outcome not in ON_TAPE or (spec.runtime == REPLAY and tape == context.settings.tape):
        return
    images = {change.path: _post_image(worktree, change) for change in changes}
    there = [worktree / path for path, data in images.items() if data is not None]
    links = {path.relative_to(worktree).as_posix() for path in there if path.is_symlink()}
    executable = {p.relative_to(worktree).as_posix() for p in there if not p.is_symlink() and os.access(p, os.X_OK)}
    record(tape, spec, folder, images, executable - links, links)


def _post_image(worktree: Path, change: Change) -> bytes | None:
    """The bytes of a file; of a link where it points to."""
    path = worktree / change.path
    if change.kind == "deleted":
        return None
    return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()


def differences(context: Context, spec: SessionSpec, brief: str) -> str:
    """In one line, what in this brief is not as it was recorded; "" if nothing, or if nothing was recorded."""
    if spec.runtime != REPLAY or context.settings.tape is None:
        return ""
    tape = Tape(context.settings.tape)
    key = entry_key(spec.step, spec.lego, spec.substep, spec.options["take"])
    try:
        if tape.answers(key, spec.brief_sha256):
            return ""
        recorded = tape.brief(key)
    except (TapeError, FileNotFoundError):
        return ""  # the adapter says what is wrong with the tape
    parts = ", ".join(differing_parts(recorded, brief)) if recorded else "no brief was recorded"
    return f"session {spec.id}: its brief is not the recorded one: {parts}"


def told_at_end(context: Context) -> str:
    """How many more sessions than those that were named played an answer to another brief; "" if none did."""
    more = context.other_briefs - MOST_NAMED
    return f"{more} more sessions played what was recorded for another brief" if more > 0 else ""
