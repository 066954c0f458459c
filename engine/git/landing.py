"""Landing: the checked-out branch and the work tree move to a new commit, around whatever the user is editing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.git.changes import Changes
from engine.git.disk import (
    entry_on_disk,
    files_below,
    obstacle,
    parents,
    put_file,
    remove_empty_parents,
    remove_file,
    same_content,
    set_executable,
    sync,
)
from engine.git.errors import DirtyPaths, HeadMoved, reported
from engine.git.index import IndexCopy
from engine.git.objects import Entry

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True)
class Step:
    """One path on which the two sides of a landing differ, and what the work tree holds there."""

    path: str
    old: Entry | None
    new: Entry | None
    disk: Entry | None = None

    @property
    def is_done(self) -> bool:
        """Whether the work tree holds the new side already."""
        return same_content(self.disk, self.new) and self.executable == _is_executable(self.disk)

    @property
    def executable(self) -> bool:
        """The execute bit after the landing: the user's own, unless the landing changes it."""
        if self.old is not None and self.new is not None and self.disk is not None and self.old.mode == self.new.mode:
            return _is_executable(self.disk)
        return _is_executable(self.new)


@dataclass
class _Plan:
    """What is left to do."""

    write: list[Step] = field(default_factory=list)
    delete: list[Step] = field(default_factory=list)
    index: list[str] = field(default_factory=list)
    dirty: set[str] = field(default_factory=set)


class Landing(Changes):
    """Fast-forward the checkout path by path."""

    def fast_forward(self, old: str | None, new: str) -> None:
        """Move the checked-out branch, the index and the work tree from `old` (None: no commit yet) to `new`.

        Killed at any point, the same call finishes the job. Raises, before anything is changed, DirtyPaths when an
        uncommitted edit is in the way and HeadMoved when the branch is at another commit.
        """
        with self.lock, reported("The landing"):
            head = self.head()
            if head not in (old, new):
                raise HeadMoved(
                    f"`{self.root}` is at {head or 'no commit'}, where {old or 'no commit'} or {new} was expected: "
                    "somebody committed, reset or switched the branch in the meantime."
                )
            index = IndexCopy(self)
            index.drop_leftovers()
            steps = self._look(self._steps(old or _EMPTY_TREE, new))
            plan = _plan(self.root, steps, index.differences(old or _EMPTY_TREE))
            if plan.dirty and head != new:
                raise DirtyPaths(sorted(plan.dirty))
            self._change_files(new, steps, plan)
            if head != new:
                self._change_refs("update-ref", "-m", "landing", "HEAD", new, old or "0" * 40)
            index.set_paths(new, plan.index)

    def _steps(self, old: str, new: str) -> list[Step]:
        return [Step(path, before, after) for path, (before, after) in self.differences(old, new).items()]

    def _look(self, steps: Sequence[Step]) -> list[Step]:
        """The steps with what the work tree holds; content that git converts on checkout is compared as git does."""
        seen = [Step(step.path, step.old, step.new, entry_on_disk(self.root, step.path)) for step in steps]
        odd = [step for step in seen if step.disk and not step.disk.is_link and _state(step) is None]
        odd = [step for step in odd if "\n" not in step.path]
        if not odd:
            return seen
        names = os.fsencode("".join(f"{step.path}\n" for step in odd))
        ids = self.run("hash-object", "--stdin-paths", stdin=names).text.splitlines()
        converted = dict(zip((step.path for step in odd), ids, strict=True))
        return [
            Step(step.path, step.old, step.new, Entry(step.disk.mode, converted[step.path]))
            if step.disk and step.path in converted
            else step
            for step in seen
        ]

    def _change_files(self, new: str, steps: Sequence[Step], plan: _Plan) -> None:
        staging = self._staging()
        shutil.rmtree(staging, ignore_errors=True)
        if plan.write:
            self.export_files(new, staging, [step.path for step in plan.write])
        for step in plan.delete:
            remove_file(self.root, step.path)
        for step in steps:
            if step.new is None:
                remove_empty_parents(self.root, step.path)
        for step in plan.write:
            source = staging / step.path
            if not source.is_symlink():
                set_executable(source, step.executable)
            sync(source)
            put_file(source, self.root, step.path)
        for folder in _folders_above(self.root, [*plan.write, *plan.delete]):
            sync(folder)
        shutil.rmtree(staging, ignore_errors=True)

    def _staging(self) -> Path:
        """A place on the same file system as the work tree, so that a file can be moved there in one step."""
        inside = self.git_dir / "meta-landing"
        return inside if self.git_dir.stat().st_dev == self.root.stat().st_dev else self.root / ".meta-landing"


def _plan(root: Path, steps: Sequence[Step], staged: dict[str, Entry | None]) -> _Plan:
    plan = _Plan()
    deleted = {step.path for step in steps if step.new is None}
    for step in steps:
        if step.path not in staged:
            plan.index.append(step.path)
        elif staged[step.path] != step.new:
            plan.dirty.add(step.path)
        if _is_submodule(step) or step.is_done:
            continue
        in_the_way = _in_the_way(root, step, deleted)
        if in_the_way or _state(step) is None:
            plan.dirty |= in_the_way or {step.path}
        else:
            (plan.delete if step.new is None else plan.write).append(step)
    return plan


def _state(step: Step) -> str | None:
    """Which side the work tree is on; None means an edit of the user's."""
    if same_content(step.disk, step.new):
        return "new"
    return "old" if same_content(step.disk, step.old) else None


def _in_the_way(root: Path, step: Step, deleted: set[str]) -> set[str]:
    """Files that block writing the step's path and that the landing itself does not delete."""
    if step.new is None:
        return set()
    above = obstacle(root, step.path)
    blocking = {above} if above is not None else set(files_below(root, step.path))
    return blocking - deleted


def _folders_above(root: Path, steps: Sequence[Step]) -> list[Path]:
    """The folders whose lists of names the steps may have changed."""
    names = {folder for step in steps for folder in parents(step.path)}
    return [root, *(root / name for name in sorted(names) if (root / name).is_dir())] if steps else []


def _is_executable(entry: Entry | None) -> bool:
    return entry is not None and entry.mode == "100755"


def _is_submodule(step: Step) -> bool:
    return any(side is not None and side.is_submodule for side in (step.old, step.new))
