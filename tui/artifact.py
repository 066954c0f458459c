"""Reads what is up for approval. Blocking: call it in a thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from tui.lines.sanitize import clean

MAX_BYTES = 1024 * 1024
_CHANGED = "This file changed after the question was asked. What you see is the file as it is now."
_MISSING = "This file is not in the folder yet: it is still on a branch of its own."


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it is shown. `note` warns when it is not what the question is about."""

    path: str
    text: str
    notes: str = ""
    """The REVIEW NOTES, taken out of the text."""
    note: str = ""
    markdown: bool = False
    in_words: str = ""
    """Markdown that tells it to a person, of a file that is not Markdown itself."""
    as_written: bool = True
    """Whether its lines are those of the file; else it was laid out anew, or is a listing."""

    @property
    def rendered(self) -> str:
        """The Markdown that is shown as it is meant to look; "" where there is none."""
        return self.text if self.markdown else self.in_words


def read_document(workspace: Path, path: str, expected_id: str) -> Document:
    """The file at `path`, or the listing of the folder; never raises for what is on the disk."""
    from engine.artifacts import artifact_id

    file = workspace / path
    if file.is_dir():
        names = sorted(str(entry.relative_to(file)) for entry in file.rglob("*") if entry.is_file())
        return Document(path, clean("\n".join(names)) or "(an empty folder)", as_written=False)
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Document(path, "", note=_MISSING)
    except OSError as error:
        return Document(path, "", note=f"This file cannot be read: {error.strerror}.")
    found = document_of(path, data)
    return found if artifact_id(path, data) == expected_id else replace(found, note=f"{_CHANGED} {found.note}".strip())


def document_of(path: str, data: bytes) -> Document:
    """How this content of a file is shown."""
    from engine.artifacts import split_notes

    note = "Only its first megabyte is shown." if len(data) > MAX_BYTES else ""
    text = clean(data[:MAX_BYTES].decode("utf-8", errors="replace"))
    if path.endswith(".md"):
        body, notes = split_notes(text)
        return Document(path, body, notes, note, markdown=True)
    shown = _pretty(text) if path.endswith(".json") else text
    return Document(path, shown, note=note, as_written=shown == text, in_words=_in_words(path, text))


def _in_words(path: str, text: str) -> str:
    """A LEGO plan in words; "" for another file, and for a plan that cannot be used, which its criteria say."""
    from engine.legos.plan import PlanError, parse_plan
    from engine.workspace import PLAN
    from tui.words.plan_markdown import plan_markdown

    if path != PLAN:
        return ""
    try:
        return plan_markdown(parse_plan(text))
    except PlanError:
        return ""


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
