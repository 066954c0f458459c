"""Commits and what is in them: ids, contents, clean checkouts, new commits, merges."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.git.errors import MergeConflict, NotInCommit, reported
from engine.git.paths import clean_path
from engine.git.refs import References

_IDENTITY = "Meta Orchestrator <meta@localhost> now"
_PLAIN, _EXECUTABLE = "100644", "100755"
_MOST_ARGUMENTS = 1000  # of a command; beyond it the whole commit is listed

Place = tuple[str, str]
"""A commit and a path in it."""


@dataclass(frozen=True)
class Entry:
    """What a path holds: git's mode and blob id. No Entry at all means that there is no file."""

    mode: str
    id: str

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        """Whether it is a commit of another repository."""
        return self.mode == "160000"


def entry(mode: str, id_: str) -> Entry | None:
    """What git tells of a path; it has a mode for nothing too."""
    return None if mode == "000000" else Entry(mode, id_)


def blob_id(data: bytes) -> str:
    """The id that git gives to a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Objects(References):
    """Read and write commits without touching the work tree."""

    def ids(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Path as given → blob id (file) or tree id (folder; "" is the top); a path not in the commit is left out."""
        return {path: id_ for (_, path), id_ in self.ids_at((commit, path) for path in paths).items()}

    def ids_at(self, places: Iterable[Place]) -> dict[Place, str]:
        """As `ids`, in many commits, by one git."""
        asked = list(places)
        if not asked:
            return {}
        names = "".join(f"{commit}:{clean_path(path) if path else ''}\0" for commit, path in asked)
        answers = self.run("cat-file", "--batch-check=%(objectname)", "-z", stdin=os.fsencode(names)).text.splitlines()
        return {place: answer for place, answer in zip(asked, answers, strict=True) if not answer.endswith(" missing")}

    def read(self, commit: str, path: str) -> bytes:
        """The content of a file. Raises NotInCommit."""
        return self.read_all(commit, [path])[path]

    def read_all(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Path → content of many files, read by one git. Raises NotInCommit."""
        return {path: data for (_, path), data in self.read_at((commit, path) for path in paths).items()}

    def read_at(self, places: Iterable[Place]) -> dict[Place, bytes]:
        """As `read_all`, from many commits, by one git. Raises NotInCommit."""
        asked = list(places)
        if not asked:
            return {}
        names = b"".join(os.fsencode(f"{commit}:{clean_path(path)}") + b"\0" for commit, path in asked)
        answer, at = self.run("cat-file", "--batch", "-z", stdin=names).out, 0
        found: dict[Place, bytes] = {}
        for place in asked:
            end = answer.index(b"\n", at)
            kind = answer[at:end].split(b" ")
            if len(kind) != 3 or kind[1] != b"blob":
                raise NotInCommit(*place)
            at = end + 1 + int(kind[2]) + 1
            found[place] = answer[end + 1 : at - 1]
        return found

    def read_present(self, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
        """As `read_all`, of the paths that are files in the commit."""
        files = set(self.files(commit, paths)) & set(paths) if paths else set()
        return self.read_all(commit, sorted(files))

    def files(self, commit: str, paths: Sequence[str] = ()) -> list[str]:
        """Every file in the commit, or those at and below `paths`."""
        only = [clean_path(path) for path in paths]
        return self.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", *only).fields()

    def entries(self, commit: str, paths: Sequence[str] = (), *, deep: bool = False) -> dict[str, Entry]:
        """Path → what the commit or tree holds there. `deep`: every file below `paths`, without them every file."""
        recursive = ("-r",) if deep else ()
        return _parse_tree(self.run("ls-tree", *recursive, "-z", "--full-tree", commit, "--", *paths).fields())

    def differences(self, old: str, new: str) -> dict[str, tuple[Entry | None, Entry | None]]:
        """Path → what it is in each of two commits or trees, where they differ."""
        fields = self.run("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", old, new).fields()
        found = {}
        for described, path in zip(fields[::2], fields[1::2], strict=True):
            old_mode, new_mode, old_id, new_id, _ = described.removeprefix(":").split(" ")
            found[path] = (entry(old_mode, old_id), entry(new_mode, new_id))
        return found

    def export(self, commit: str, dest: Path, paths: Sequence[str] | None = None) -> None:
        """Write the files of a commit (at and below `paths`; missing ones are ignored) into the folder `dest`."""
        self.export_files(commit, dest, None if paths is None else self.files(commit, paths) if paths else [])

    def export_files(self, commit: str, dest: Path, files: Sequence[str] | None) -> None:
        """Write exactly these files of a commit, which must be in it, or all, into the folder `dest`.

        Not with `git archive`: a `.gitattributes` in the commit could hide files from it or change them.
        """
        with reported("Writing files of a commit"):
            dest.mkdir(parents=True, exist_ok=True)
        with self.lock, tempfile.TemporaryDirectory(prefix="meta-index-") as temporary:
            places = {"GIT_INDEX_FILE": str(Path(temporary, "index")), "GIT_WORK_TREE": str(dest.resolve())}
            self.run("read-tree", commit, environment=places)
            which = ["--all"] if files is None else ["-z", "--stdin"]
            names = os.fsencode("".join(f"{name}\0" for name in files or ()))
            self.run("checkout-index", "--force", *which, stdin=names, environment=places)

    def commit_files(
        self, base: str | None, changes: Mapping[str, bytes | None], message: str, ref: str | None = None
    ) -> str:
        """A commit that is `base` with the files of `changes` written (None: deleted), no work tree touched.

        Returns `base` itself when that changes nothing. `ref` is set to the result.
        """
        with self.lock:
            wanted = {clean_path(path): data for path, data in changes.items()}
            present = self._present(base, wanted) if base else {}
            real = {path: data for path, data in wanted.items() if not _is_same(present.get(path), data)}
            commit = self._import(base, real, present, message) if real or base is None else base
            if ref is not None:
                self.update_ref(ref, commit)
            return commit

    def merge(self, ours: str, theirs: str, message: str) -> str:
        """The commit that unites both, without a checkout; one that holds the other already is the answer itself.

        Raises MergeConflict.
        """
        common = self.run("merge-base", ours, theirs, ok=(0, 1)).text
        for inner, outer in ((theirs, ours), (ours, theirs)):
            if common == inner:
                return outer
        merged = self.run("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, ok=(0, 1))
        tree, *conflicts = merged.fields()
        if merged.code:
            raise MergeConflict(ours, theirs, conflicts)
        return self.run("commit-tree", tree, "-p", ours, "-p", theirs, stdin=message.encode()).text

    def _present(self, commit: str, paths: Collection[str]) -> dict[str, Entry]:
        if len(paths) <= _MOST_ARGUMENTS:
            return self.entries(commit, list(paths)) if paths else {}
        return _parse_tree(self.run("ls-tree", "-r", "-t", "-z", "--full-tree", commit).fields())

    def _import(
        self,
        base: str | None,
        changes: Mapping[str, bytes | None],
        present: Mapping[str, Entry],
        message: str,
    ) -> str:
        stream = [b"commit refs/meta/new\nmark :1\n", f"committer {_IDENTITY}\n".encode(), _data(message.encode())]
        if base is not None:
            stream.append(f"from {base}\n".encode())
        for path, data in sorted(changes.items()):
            if data is None:
                stream.append(b"D " + _quoted(path) + b"\n")
                continue
            mode = _mode(present.get(path), data)
            stream += [f"M {mode} inline ".encode(), _quoted(path), b"\n", _data(data)]
        # The import needs a name for its branch; it is dropped again before anything is written under it.
        stream.append(b"\nreset refs/meta/new\nfrom " + b"0" * 40 + b"\n\nget-mark :1\ndone\n")
        return self.run("fast-import", "--quiet", "--done", "--date-format=now", stdin=b"".join(stream)).text


def _parse_tree(fields: Iterable[str]) -> dict[str, Entry]:
    found = {}
    for field in fields:
        described, _, path = field.partition("\t")
        mode, _, id_ = described.split(" ")
        found[path] = Entry(mode, id_)
    return found


def _is_same(present: Entry | None, data: bytes | None) -> bool:
    if data is None or present is None:
        return data is None and present is None
    return present == Entry(_mode(present, data), blob_id(data))


def _mode(present: Entry | None, data: bytes) -> str:
    if present is not None and present.mode in (_PLAIN, _EXECUTABLE):
        return present.mode
    return _EXECUTABLE if data.startswith(b"#!") else _PLAIN


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> bytes:
    return b'"' + os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
