"""What a person changed in generated files, and how it outlives work that is done again.

A file has up to three versions: as it was generated, as the person left it, and as a session makes it new. The person's
change is what leads from the first to the second; it is put onto the third by git's own merge. Where both changed the
same lines the person's stand, and a person is asked. The text as generated goes on beside it, without the person's
change, so that the change stays known as theirs through any number of later sessions.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.artifacts import NOTES_HEADING, covers, split_notes
from engine.git import Repository, merge_texts
from engine.state.models import StepRecord

MOST_LINES = 120
"""So many lines of one person's change are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A generated file that a person changed. None: there was no such file on that side."""

    path: str
    generated: bytes | None
    mine: bytes | None

    @property
    def diff(self) -> str:
        """What the person changed, as a unified diff."""
        return difference(self.path, self.generated, self.mine)

    @property
    def lines(self) -> int:
        """How many lines the person wrote or took out."""
        changed = difflib.ndiff(_lines(self.generated), _lines(self.mine))
        return sum(line.startswith(("+ ", "- ")) for line in changed)


@dataclass(frozen=True, slots=True)
class Kept:
    """What becomes of a session's files for the sake of a person's edits: path → bytes, None where none is to be."""

    files: Mapping[str, bytes | None] = field(default_factory=dict)
    generated: Mapping[str, bytes | None] = field(default_factory=dict)
    """The edited files without the person's change."""
    conflicts: Mapping[str, str] = field(default_factory=dict)
    """Where the session and the person changed the same lines; the person's stand."""
    refused: Mapping[str, bytes | None] = field(default_factory=dict)
    """The files in conflict as they are with the session's lines instead of the person's."""


def edits_by_hand(repository: Repository, commit: str, record: StepRecord | None, outputs: Sequence[str]) -> list[Edit]:
    """What a person changed, as of `commit`, in the files that a step made; none if it never made any."""
    if record is None or record.commit is None or not record.outputs:
        return []
    generated = _contents(repository, record.commit, outputs)
    if record.generated:
        known = _contents(repository, record.generated, outputs)
        generated |= {path: known.get(path) for path in record.edited}
    mine = _contents(repository, commit, outputs)
    paths = sorted({*generated, *mine})
    edits = [Edit(path, generated.get(path), mine.get(path)) for path in paths]
    return [edit for edit in edits if edit.generated != edit.mine]


def keep(edits: Iterable[Edit], made: Mapping[str, bytes]) -> Kept:
    """Put a person's edits onto what a session made of these files."""
    files: dict[str, bytes | None] = {}
    generated: dict[str, bytes | None] = {}
    conflicts: dict[str, str] = {}
    refused: dict[str, bytes | None] = {}
    for edit in edits:
        new = made.get(edit.path)
        files[edit.path], generated[edit.path], conflict = _kept(edit, new)
        if conflict:
            conflicts[edit.path], refused[edit.path] = conflict, _refused(edit, new)
    changed = {path: data for path, data in files.items() if data != made.get(path)}
    return Kept(changed, generated, conflicts, refused)


def _refused(edit: Edit, new: bytes | None) -> bytes | None:
    """The new file with whatever of the person's change is not in its way."""
    if edit.mine is None or new is None:
        return new
    return merge_texts(edit.generated or b"", edit.mine, new, "theirs").text


def _kept(edit: Edit, new: bytes | None) -> tuple[bytes | None, bytes | None, str]:
    """What is to stand, what counts as generated from now on, and the conflict."""
    if new in (edit.mine, edit.generated):  # it left the file alone, or came to what had been generated
        return edit.mine, edit.generated, ""
    if edit.mine is None:
        return None, new, "you deleted this file; the new work has it again, changed\n"
    if new is None:
        return edit.mine, edit.generated, "you changed this file; the new work has none\n"
    before = edit.generated or b""
    merged = merge_texts(before, edit.mine, new)
    return merged.text, merge_texts(edit.mine, new, before, "theirs").text, merged.conflicts


def difference(path: str, before: bytes | None, after: bytes | None) -> str:
    """A unified diff of two versions, at most `MOST_LINES` long."""
    old, new = _lines(before), _lines(after)
    lines = [line.rstrip("\n") for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=2)]
    more = len(lines) - MOST_LINES
    return "\n".join(lines[:MOST_LINES] + ([f"… {more} more lines"] if more > 0 else []))


def _contents(repository: Repository, commit: str, outputs: Sequence[str]) -> dict[str, bytes | None]:
    """Path → content, of Markdown the part above the notes, which the engine writes."""
    files = [path for path in repository.files(commit, list(outputs)) if covers(outputs, path)]
    contents = repository.read_all(commit, files)
    return {path: body(path, data) for path, data in contents.items()}


def body(path: str, data: bytes) -> bytes:
    """The part of a file that people and sessions write."""
    return split_notes(data.decode(errors="replace"))[0].encode() if path.endswith(".md") else data


def with_notes_of(path: str, text: bytes, session: bytes) -> bytes:
    """The text with the notes that stand in the session's version of a Markdown file."""
    notes = split_notes(session.decode(errors="replace"))[1] if path.endswith(".md") else ""
    return text + f"\n{NOTES_HEADING}\n\n{notes}\n".encode() if notes else text


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode(errors="replace").splitlines(keepends=True)
