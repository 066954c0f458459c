"""What an artifact is, and when it is the same: the git blob id, for Markdown of the part above REVIEW NOTES.

The engine writes the REVIEW NOTES section itself, from what the sessions report, so that a note never makes the
work that follows stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.git import Place, Repository, blob_id

NOTES_HEADING = "## REVIEW NOTES"
NOT_REVIEWED = "Not reviewed yet."
_NOTES = re.compile(r"^## REVIEW NOTES[ \t]*$", re.MULTILINE)


def artifact_id(path: str, data: bytes) -> str:
    """The identity of a file: its blob id; for Markdown, of the part above REVIEW NOTES."""
    if path.endswith(".md"):
        data = split_notes(data.decode(errors="replace"))[0].encode()
    return blob_id(data)


def artifact_ids(repository: Repository, commit: str, wanted: Iterable[str]) -> dict[str, str]:
    """Path → identity of artifacts in a commit, a folder's being its tree; those that are not there are left out."""
    return {path: id_ for (_, path), id_ in artifact_ids_at(repository, ((commit, path) for path in wanted)).items()}


def artifact_ids_at(repository: Repository, places: Iterable[Place]) -> dict[Place, str]:
    """As `artifact_ids`, in many commits."""
    found = repository.ids_at(places)
    documents = repository.read_at(place for place in found if place[1].endswith(".md"))
    return found | {place: artifact_id(place[1], data) for place, data in documents.items()}


def split_notes(text: str) -> tuple[str, str]:
    """The part above the REVIEW NOTES section, and the notes ("" when there is no such section)."""
    found = list(_NOTES.finditer(text))
    if not found:
        return text.rstrip() + "\n", ""
    last = found[-1]
    return text[: last.start()].rstrip() + "\n", text[last.end() :].strip()


def with_notes(text: str, step: str, notes: Sequence[str]) -> str:
    """`text` with the notes of one step's review under REVIEW NOTES, replacing those this step left before.

    Notes of other steps stay: a LEGO's design document carries those on its tests and its code too.
    """
    body, old = split_notes(text)
    kept = [line for line in old.splitlines() if line.strip() not in ("", NOT_REVIEWED) and _step_of(line) != step]
    lines = kept + [f"- {step}: {' '.join(note.split())}" for note in notes]
    return f"{body}\n{NOTES_HEADING}\n\n" + ("\n".join(lines) or NOT_REVIEWED) + "\n"


def _step_of(line: str) -> str:
    return line.removeprefix("- ").partition(":")[0]


def covers(patterns: Sequence[str], path: str) -> bool:
    """Whether `path` is one of the patterns: a file by name, or anything below a folder that ends with "/"."""
    return any(path == pattern or (pattern.endswith("/") and path.startswith(pattern)) for pattern in patterns)
