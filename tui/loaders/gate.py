"""What a gate is about: each file as it is now, and what changed since it was last approved. Blocking."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.artifacts import artifact_id
from engine.git import GitError, NotInCommit, Repository
from runtime_adapters.protocol import ResultError, read_result
from tui.artifact import Document, document_of, read_document
from tui.lines.sanitize import clean

Before = Literal["first", "edited", "same", "changed", "lost"]
"""What is known of the version approved last: there is none, it is the same, it differs, git does not have it.

`edited`: there is none either, and a person changed what was generated.
"""

MOST_VERSIONS = 100
"""How many commits of a file are looked through for the approved version."""

MAX_DIFF = 4 * 1024 * 1024
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--unified=3")
_ON_A_BRANCH = "This file is on a branch of its own: it is not in the folder yet."


@dataclass(frozen=True, slots=True)
class Page:
    """A file up for approval, with the lines of its diff: to the version approved last, or to what was generated."""

    document: Document
    before: Before = "first"
    diff: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What the last Gen said: how it met each comment (by id), and what it left open."""

    met: dict[str, str]
    questions: tuple[str, ...] = ()
    trouble: str = ""


NOTHING_SAID = Report({})


def load_page(folder: Path, path: str, asked: str, approved: str) -> Page:
    """`asked` and `approved` are artifact ids; "" when nothing of that path was approved yet."""
    repository = Repository(folder)
    try:
        document = _document(repository, folder, path, asked)
        if not approved:
            return Page(document)
        if approved == asked:
            return Page(document, "same")
        return _compared(repository, document, path, asked, approved)
    except GitError as error:
        return Page(read_document(folder, path, asked), "lost", trouble=str(error))


def load_report(session: Path | None) -> Report:
    """The result of that session; what cannot be read is said."""
    if session is None or not (session / "result.json").exists():
        return NOTHING_SAID
    try:
        result = read_result(session / "result.json")
    except (ResultError, OSError) as error:
        return Report({}, trouble=clean(str(error)))
    return Report(dict(result.comments_met), tuple(result.questions))


def version(repository: Repository, path: str, wanted: str) -> bytes | None:
    """The content of `path` that had this id, from the history of every branch; None when git does not have it."""
    if not repository.exists():
        return None
    listed = repository.run("log", "--all", f"--max-count={MOST_VERSIONS}", "--format=%H", "--", path)
    for commit in listed.text.split():
        try:
            data = repository.read(commit, path)
        except NotInCommit:  # this commit deleted the file
            continue
        if artifact_id(path, data) == wanted:
            return data
    # Never committed under this name, but perhaps stored all the same.
    loose = repository.run("cat-file", "blob", wanted, ok=(0, 128))
    return loose.out if loose.code == 0 else None


def _document(repository: Repository, folder: Path, path: str, asked: str) -> Document:
    if not (folder / path).exists() and (data := version(repository, path, asked)) is not None:
        return replace(document_of(path, data), note=_ON_A_BRANCH)
    return read_document(folder, path, asked)


def _compared(repository: Repository, document: Document, path: str, asked: str, approved: str) -> Page:
    if path.endswith("/"):
        both = repository.run("cat-file", "--batch-check=%(objecttype)", stdin=f"{approved}\n{asked}\n".encode())
        if both.text.splitlines() != ["tree", "tree"]:
            return Page(document, "lost")
        return _page(document, repository.run(*_DIFF, approved, asked, "--").out)
    data = version(repository, path, approved)
    if data is None:
        return Page(document, "lost")
    old = document_of(path, data).text
    return compared(repository, document, old) if old != document.text else Page(document, "same")


def compared(repository: Repository, document: Document, old: str, before: Before = "changed") -> Page:
    """The file with its diff to an older text of it, which is another one. Raises GitError."""
    page = _page(document, _between(repository, old, document.text))
    return replace(page, before=before) if page.diff else page


def _between(repository: Repository, old: str, new: str) -> bytes:
    """Git compares two files that it does not know: it is quick where the standard library is not."""
    with tempfile.TemporaryDirectory(prefix="meta-compare-") as temporary:
        places = [Path(temporary, "approved"), Path(temporary, "now")]
        for place, text in zip(places, (old, new), strict=True):
            place.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        return repository.run(*_DIFF, "--no-index", *map(os.fspath, places), ok=(0, 1)).out


def _page(document: Document, data: bytes) -> Page:
    lines = clean(data[:MAX_DIFF].decode("utf-8", errors="replace")).rstrip("\n").split("\n")
    trouble = f"Only the first {MAX_DIFF // 1024 // 1024} MB of the diff are shown." if len(data) > MAX_DIFF else ""
    return Page(document, "changed" if data else "same", tuple(lines) if data else (), trouble)
