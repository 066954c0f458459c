"""`.meta-manifest.json`: every generated file, as it was generated, and what has become of it since.

The release writes it, git lands it: a checkout has the old one or the new one, whole. What a file is now cannot stand
in it, because a committed manifest does not know the edits after it; that is looked up each time it is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.artifacts import artifact_id, artifact_ids
from engine.document.model import Orchestration, Step
from engine.errors import MetaError
from engine.git import BadPath, Repository
from engine.git.disk import obstacle
from engine.git.paths import clean_path
from engine.instances import Instances
from engine.legos.plan import Plan
from engine.state.models import State, StepRecord

MANIFEST = ".meta-manifest.json"
RELEASE = "write release"
"""The engine action that writes the manifest."""
SCHEMA_VERSION = 1


class BrokenManifest(MetaError):
    """The manifest cannot be trusted; nothing was looked at."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path}: {why}. `git checkout HEAD -- {MANIFEST}` gets back the one that was committed; "
            f"`git log -- {MANIFEST}` lists the commits that hold earlier ones."
        )


@dataclass(frozen=True, slots=True, order=True)
class Generated:
    """A file that a step made. `id`: its identity as it was generated, as `artifact_id` has it."""

    path: str
    id: str
    step: str
    lego: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """A generated file as it lies there. `now`: its identity, None when it is no file; `how` it differs, in words."""

    generated: Generated
    now: str | None
    how: str = ""

    @property
    def user_modified(self) -> bool:
        """Whether a person changed or deleted it since it was generated."""
        return self.now != self.generated.id


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    id: str
    step: str
    lego: str | None = None


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    schema_version: Literal[1]
    files: dict[str, _File]


def read_manifest(folder: Path) -> tuple[Generated, ...] | None:
    """What the manifest in `folder` lists, by path; None where there is none. Raises BrokenManifest."""
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BrokenManifest(path, f"it cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BrokenManifest(path, f"this is not JSON ({error})") from error
    if isinstance(data, dict) and isinstance(version := data.get("schema_version"), int) and version > SCHEMA_VERSION:
        raise MetaError(f"{path}: a newer engine wrote it (schema_version {version}). Install that engine here too.")
    try:
        files = _Manifest.model_validate(data).files
        for name in files:
            clean_path(name)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise BrokenManifest(path, f"{where}: {first['msg']}") from error
    except BadPath as error:
        raise BrokenManifest(path, str(error).rstrip(".")) from error
    return tuple(Generated(name, file.id, file.step, file.lego) for name, file in sorted(files.items()))


def generated_files(
    repository: Repository, orchestration: Orchestration, state: State, plan: Plan | None, head: str
) -> tuple[Generated, ...]:
    """Every file that the steps made, by path, as they made it; what the release writes is left out."""
    made: dict[str, Generated] = {}
    for step, lego, record in landed(orchestration, state, plan):
        if step.action != RELEASE:
            commit = record.commit if is_settled(state, step, lego, record) and record.commit else head
            made |= made_in(repository, commit, record.outputs, step.name, lego)
    for step, lego, record in landed(orchestration, state, plan):
        if record.generated:  # a person's edit was put onto these: without it they are what was generated
            made |= made_in(repository, record.generated, record.edited, step.name, lego)
    return tuple(made[path] for path in sorted(made))


def landed(
    orchestration: Orchestration, state: State, plan: Plan | None
) -> Iterator[tuple[Step, str | None, StepRecord]]:
    """Every instance of a step that has made something, in document order: of two makers the later one counts."""
    for step, lego in Instances(orchestration, plan).all():
        record = state.record(step.name, lego)
        retired = plan is not None and lego is not None and plan.lego(lego).decision == "RETIRE"
        if record and record.outputs and not retired:
            yield step, lego, record


def is_settled(state: State, step: Step, lego: str | None, record: StepRecord) -> bool:
    """Whether what it made last is what the branch holds: it is not at work again, nor waiting for its merge."""
    waiting = state.legos[lego].held if lego in state.legos and step.lands == "at merge" else {}
    return record.stage == "done" and not waiting


def made_in(
    repository: Repository, commit: str, outputs: Iterable[str], step: str, lego: str | None
) -> dict[str, Generated]:
    """Path → what a commit holds of a step's outputs, folders file by file."""
    paths = [path for path in outputs if not path.endswith("/")]
    folders = [path for path in outputs if path.endswith("/")]
    paths += repository.files(commit, folders) if folders else []
    found = artifact_ids(repository, commit, paths)
    return {path: Generated(path, id_, step, lego) for path, id_ in found.items()}


def made_now(files: Mapping[str, bytes], step: str) -> tuple[Generated, ...]:
    """Files that a step is about to write."""
    return tuple(Generated(path, artifact_id(path, data), step, None) for path, data in files.items())


def present(root: Path, files: Iterable[Generated]) -> list[Present]:
    """Each file as it lies below `root`. The execute bit is no content. Raises MetaError for one that is unreadable."""
    return [_present(root, file) for file in files]


def _present(root: Path, file: Generated) -> Present:
    place = root / file.path
    if (above := obstacle(root, file.path)) is not None:
        return Present(file, None, f"{above} is no folder any more")
    try:
        if place.is_symlink():
            now = artifact_id(file.path, os.fsencode(place.readlink()))
            return Present(file, now, "" if now == file.id else "a symbolic link is in its place")
        data = place.read_bytes()
    except FileNotFoundError:
        return Present(file, None)
    except IsADirectoryError:
        return Present(file, None, "a folder is in its place")
    except OSError as error:
        raise MetaError(f"{place}: it cannot be read ({error.strerror}). Mend or remove it.") from error
    now = artifact_id(file.path, data)
    only_ends = now != file.id and artifact_id(file.path, data.replace(b"\r\n", b"\n")) == file.id
    return Present(file, now, "only its line ends differ: CRLF" if only_ends else "")
