"""Which versions of the documents an app was made with, and what has become of them since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import documents
from engine.errors import MetaError
from engine.lifecycle.upgrade_documents import DOCUMENT, Detail, How, details
from engine.names import VERSION_FILE
from engine.state.models import Run
from engine.workspace import Workspace

PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class Released:
    """What `.meta-version` says: the engine, and the sha256 of the orchestration document; "" where it says nothing."""

    engine: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document that is not what the app was made with. `known` is False where only the old one's hash is there."""

    name: str
    how: How
    known: bool
    details: tuple[Detail, ...] = ()


def released(workspace: Workspace) -> Released:
    """What the app says of the engine that released it. Raises MetaError for a file that cannot be read."""
    path = workspace.root / VERSION_FILE
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return Released()
    except OSError as error:
        raise MetaError(f"{path}: it cannot be read ({error.strerror}). Mend or remove it.") from error
    lines = dict(line.partition(":")[::2] for line in text.splitlines())
    said = {name: value.strip() for name, value in lines.items()}
    return Released(said.get("engine", ""), said.get("document", "").removeprefix(PREFIX))


def made_with(run: Run, said: Released) -> dict[str, str]:
    """Name of each document → sha256 of the version that the app was made with, as far as it is known."""
    known = run.released or run.documents
    return {**known, DOCUMENT: said.document} if said.document and not run.released else dict(known)


def changed_documents(workspace: Workspace, before: Mapping[str, str]) -> list[ChangedDocument]:
    """The documents that are not what they were, by name; nothing where no earlier version is known at all."""
    now = documents.in_force(workspace)
    versions = documents.versions(now)
    # An engine of long ago noted the hash of one document only: what it had of others is not known.
    names = documents.changed(before, versions if len(before) > 1 else {n: versions.get(n, "") for n in before})
    return [_changed(workspace, name, before.get(name, ""), now.get(name)) for name in names]


def _changed(workspace: Workspace, name: str, before: str, now: Path | None) -> ChangedDocument:
    if not before:
        return ChangedDocument(name, "added", known=True)
    old = documents.kept(workspace, before)
    if now is None:
        return ChangedDocument(name, "removed", known=old is not None)
    if old is None:
        return ChangedDocument(name, "changed", known=False)
    return ChangedDocument(name, "changed", known=True, details=tuple(details(name, old, now.read_bytes())))
