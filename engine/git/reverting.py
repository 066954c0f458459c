"""Taking back what landings brought to the branch: a new commit, around whatever else has been committed since."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.git.errors import GitError
from engine.git.landing import Landing
from engine.git.objects import Entry

Span = tuple[str, str]
"""The commits of the branch before and after a landing, or after some that followed one another."""

_BEGIN, _MIDDLE, _BASE, _END = b"<<<<<<< ", b"=======", b"||||||| ", b">>>>>>> "
_NO_RENAMES = ("-c", "merge.renames=false", "-c", "merge.directoryRenames=false")


class RevertConflict(GitError):
    """`.lines`: path → where in it somebody changed later what is to be taken back; nothing was changed."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self.lines = dict(lines)
        told = "\n".join(f"  {path}: {where}" for path, where in self.lines.items())
        super().__init__(
            f"Nothing was changed. After the work that is to be undone these lines of it were edited:\n{told}\n"
            "Put them back as that work wrote them (`git log -p -- FILE` shows it), commit, and run `meta undo` again."
        )


@dataclass(frozen=True)
class Reverted:
    """The new commit, which is on no branch yet; `changed`: path → lines more and less, None for what is no text.

    `edited`: files in which somebody's later change stays; `lost`: those in which a change goes away together with the
    work in the midst of which, and on whose lines, it was made.
    """

    commit: str
    changed: Mapping[str, tuple[int, int] | None]
    edited: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same landings, those that followed one another directly as one; none that changed nothing."""
    found: list[Span] = []
    for old, new in spans:
        if found and found[-1][1] == old:
            old = found.pop()[0]
        if old != new:
            found.append((old, new))
    return found


def revert(
    repository: Landing, head: str, landings: Iterable[Span], stays: Callable[[str], bool], message: str
) -> Reverted:
    """The commit on top of `head` without what these landings (oldest first) changed; paths that `stays` are left.

    Each is merged three ways, the newest first, so that what was committed between and after them is kept. Raises
    RevertConflict.
    """
    spans = joined(landings)
    with repository.lock:
        tree, unclear = _tree(repository, head), set[str]()
        for old, new in reversed(spans):
            tree, conflicts = _three_way(repository, new, tree, old)
            unclear |= conflicts
        settled: dict[str, Entry | None] = {}
        if unclear:
            settled = _at_once(repository, spans, head, unclear)
        moved = repository.differences(head, tree)
        settled |= {path: old for path, (old, _) in moved.items() if stays(path)}
        tree = _with(repository, tree, settled)
        commit = head
        if tree != _tree(repository, head):
            commit = repository.run("commit-tree", tree, "-p", head, stdin=message.encode()).text
        edited = _edited(repository, spans, commit) if spans else ()
        return Reverted(commit, line_counts(repository, head, commit), edited, tuple(sorted(set(settled) & unclear)))


def again(repository: Landing, before: str, reverted: str, message: str) -> str:
    """A commit on top of `reverted` that brings back all that `before` held."""
    return repository.run("commit-tree", _tree(repository, before), "-p", reverted, stdin=message.encode()).text


def line_counts(repository: Landing, old: str, new: str) -> dict[str, tuple[int, int] | None]:
    """Path → lines more and less in `new`; None for what is no text."""
    found: dict[str, tuple[int, int] | None] = {}
    for field in repository.run("diff-tree", "-r", "-z", "--numstat", "--no-renames", old, new).fields():
        more, less, path = field.split("\t", 2)
        found[path] = None if more == "-" else (int(more), int(less))
    return found


def _at_once(repository: Landing, spans: Sequence[Span], head: str, unclear: set[str]) -> dict[str, Entry | None]:
    """Files that changed between the landings on the same lines: all of it goes, what came afterwards stays.

    Raises RevertConflict where that cannot be told apart either.
    """
    tree, conflicts = _three_way(repository, spans[-1][1], _tree(repository, head), spans[0][0])
    if still := sorted(conflicts & unclear):
        raise RevertConflict({path: _lines(repository, tree, path) for path in still})
    there = repository.entries(tree, sorted(unclear))
    return {path: there.get(path) for path in sorted(unclear)}


def _three_way(repository: Landing, base: str, ours: str, theirs: str) -> tuple[str, set[str]]:
    """The merged tree and the paths that conflict.

    The trees are put into commits without history: git takes no merge base from us before version 2.40.
    """
    begin = _orphan(repository, base)
    sides = [_orphan(repository, side, begin) for side in (ours, theirs)]
    command = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", *sides)
    merged = repository.run(*_NO_RENAMES, *command, ok=(0, 1))
    tree, *conflicts = merged.fields()
    return tree, set(conflicts)


def _orphan(repository: Landing, commit_or_tree: str, parent: str = "") -> str:
    parents = ("-p", parent) if parent else ()
    return repository.run("commit-tree", _tree(repository, commit_or_tree), *parents, stdin=b"to merge").text


def _tree(repository: Landing, commit_or_tree: str) -> str:
    return repository.run("rev-parse", "--verify", "--end-of-options", f"{commit_or_tree}^{{tree}}").text


def _with(repository: Landing, tree: str, entries: Mapping[str, Entry | None]) -> str:
    """The tree with these entries in place of its own."""
    if not entries:
        return tree
    lines = [
        f"{entry.mode} {entry.id}\t{path}\0" if entry else f"0 {'0' * 40}\t{path}\0" for path, entry in entries.items()
    ]
    with tempfile.TemporaryDirectory(prefix="meta-index-") as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary, "index"))}
        repository.run("read-tree", tree, environment=index)
        repository.run("update-index", "-z", "--index-info", stdin=os.fsencode("".join(lines)), environment=index)
        return repository.run("write-tree", environment=index).text


def _edited(repository: Landing, spans: Sequence[Span], commit: str) -> tuple[str, ...]:
    """Files that the landings touched and that are not as before the first of them that did."""
    begin: dict[str, Entry | None] = {}
    for old, new in spans:
        for path, (before, _) in repository.differences(old, new).items():
            begin.setdefault(path, before)
    now = repository.entries(commit, deep=True)
    return tuple(path for path, entry in sorted(begin.items()) if now.get(path) != entry)


def _lines(repository: Landing, tree: str, path: str) -> str:
    """Where, in the file as it is now, the marks of the merge say that both sides changed it."""
    if path not in repository.entries(tree, [path]):
        return "all of it"
    found, number, side = [], 0, ""
    for line in repository.read(tree, path).split(b"\n"):
        if line.startswith(_BEGIN):
            side, first = "ours", number + 1
        elif side and line.startswith((_BASE, _MIDDLE)):
            if side == "ours":
                found.append(f"{first}-{number}" if number > first else f"{first}")
            side = "theirs"
        elif side and line.startswith(_END):
            side = ""
        elif side != "theirs":
            number += 1
    return f"line{'s' if len(found) > 1 or '-' in found[0] else ''} {', '.join(found)}" if found else "all of it"
