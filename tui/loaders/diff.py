"""What the attempts at a LEGO changed: one diff for each, newest first; of a running one, its work tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.git import GitError, Repository
from tui.lines.sanitize import clean

MAX_BYTES = 4 * 1024 * 1024
"""Of one diff; what is longer is cut, and said."""

_OPTIONS = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--unified=3")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which commits a session's work lies between; `worktree` while it is still at work."""

    session: str
    title: str
    base: str
    commit: str = ""
    worktree: Path | None = None


@dataclass(frozen=True, slots=True)
class AttemptDiff:
    """What one attempt changed, or in `note` why that cannot be shown."""

    session: str
    title: str
    text: str = ""
    note: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines of the diff."""
        return self.text.split("\n") if self.text else []


_NOTHING = {False: "It changed nothing.", True: "It has changed nothing yet."}


def load_diffs(folder: Path, attempts: Sequence[Attempt]) -> tuple[AttemptDiff, ...]:
    """The diff of each attempt that has changed something to show."""
    return tuple(_diff(folder, attempt) for attempt in attempts)


def _diff(folder: Path, attempt: Attempt) -> AttemptDiff:
    if not attempt.base or not (attempt.commit or attempt.worktree):
        note = "It is at work." if attempt.worktree else "It left no commit."
        return AttemptDiff(attempt.session, attempt.title, note=note)
    try:
        data = _committed(folder, attempt) if attempt.commit else _at_work(attempt)
    except GitError as error:
        return AttemptDiff(attempt.session, attempt.title, note=str(error))
    note = f"Only the first {MAX_BYTES // 1024 // 1024} MB are shown." if len(data) > MAX_BYTES else ""
    text = clean(data[:MAX_BYTES].decode("utf-8", errors="replace")).rstrip("\n")
    return AttemptDiff(attempt.session, attempt.title, text, note or ("" if text else _NOTHING[attempt.commit == ""]))


def _committed(folder: Path, attempt: Attempt) -> bytes:
    return Repository(folder).run("diff", *_OPTIONS, attempt.base, attempt.commit, "--").out


def _at_work(attempt: Attempt) -> bytes:
    """Against the commit it began from, with the files that git does not know yet. Git takes no lock for it."""
    assert attempt.worktree is not None
    if not attempt.worktree.is_dir():
        return b""
    repository, quiet = Repository(attempt.worktree), {"GIT_OPTIONAL_LOCKS": "0"}
    known = repository.run("diff", *_OPTIONS, attempt.base, "--", environment=quiet).out
    new = repository.run("ls-files", "--others", "--exclude-standard", "-z", environment=quiet).fields()
    return known + b"".join(_added(attempt.worktree, new))


def _added(worktree: Path, names: Iterable[str]) -> Iterable[bytes]:
    for name in names:
        try:
            with (worktree / name).open("rb") as file:
                lines = file.read(MAX_BYTES).splitlines()
        except OSError:  # gone again meanwhile, or a folder of its own: there is nothing to show of it
            continue
        yield f"diff --git a/{name} b/{name}\nnew file\n--- /dev/null\n+++ b/{name}\n".encode(errors="replace")
        yield f"@@ -0,0 +1,{len(lines)} @@\n".encode() + b"".join(b"+" + line + b"\n" for line in lines)
