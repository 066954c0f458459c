"""The files of one LEGO by what they are for: design, contract, tests. From its own branch while it has not landed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.legos.roles import paths
from engine.workspace import Workspace
from tui.lines.sanitize import clean

if TYPE_CHECKING:
    from engine.document.model import Orchestration, Reference
    from engine.legos.plan import Plan
    from engine.legos.toolchain import Toolchain

Part = Literal["design", "contract", "tests"]

MAX_BYTES = 512 * 1024
"""Of one file; what is longer is cut, and said."""

MAX_FILES = 100


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is shown. `note` says what is particular about it."""

    path: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Documents:
    """The files of one part. `wanted` are the paths where they belong; `place` says where they were read."""

    files: tuple[File, ...] = ()
    wanted: tuple[str, ...] = ()
    place: str = ""


def load_documents(folder: Path, lego: str, part: Part, tip: str, toolchain: str = "python") -> Documents:
    """The files of one part of a LEGO. `tip` is the commit with its work that has not landed. Raises MetaError."""
    workspace = Workspace.at(folder)
    plan = workspace.plan()
    if plan is None or lego not in plan.names:
        return Documents()
    wanted = part_paths(workspace.orchestration(), plan, workspace.toolchain(toolchain), lego, part)
    if tip:
        files = _from_commit(workspace, tip, wanted)
        if files:
            return Documents(files, wanted, "on its own branch, not landed yet")
    return Documents(_from_folder(folder, wanted), wanted, "in the workspace")


def part_paths(
    orchestration: Orchestration, plan: Plan, toolchain: Toolchain, lego: str, part: Part
) -> tuple[str, ...]:
    """Where the steps of a LEGO write what belongs to one part."""
    belongs = _BELONGS[part]
    written = (output for step in orchestration.steps() if step.per_lego for output in step.outputs)
    found = [path for output in written if belongs(output) for path in paths(output, plan, toolchain, lego)]
    return tuple(dict.fromkeys(found))


_BELONGS: dict[Part, Callable[[Reference], bool]] = {
    "design": lambda reference: not reference.role and reference.path.endswith(".md"),
    "contract": lambda reference: reference.role == "contract",
    "tests": lambda reference: "test" in reference.role or reference.role == "fake",
}


def _from_commit(workspace: Workspace, commit: str, wanted: tuple[str, ...]) -> tuple[File, ...]:
    repository = workspace.repository
    names = repository.files(commit, [path.rstrip("/") for path in wanted])[:MAX_FILES]
    return tuple(_file(path, data) for path, data in repository.read_all(commit, _texts(names)).items())


def _from_folder(folder: Path, wanted: tuple[str, ...]) -> tuple[File, ...]:
    found: list[str] = []
    for path in wanted:
        place = folder / path
        inside = sorted(place.rglob("*")) if path.endswith("/") and place.is_dir() else [place]
        found += [str(file.relative_to(folder)) for file in inside if file.is_file()]
    return tuple(_read(folder, path) for path in _texts(found)[:MAX_FILES])


def _texts(names: Iterable[str]) -> list[str]:
    """Without what an interpreter left behind."""
    return [name for name in names if "__pycache__" not in name]


def _read(folder: Path, path: str) -> File:
    try:
        with (folder / path).open("rb") as file:
            return _file(path, file.read(MAX_BYTES + 1))
    except OSError as error:
        return File(path, "", f"cannot be read: {error.strerror}")


def _file(path: str, data: bytes) -> File:
    note = f"only its first {MAX_BYTES // 1024} kB" if len(data) > MAX_BYTES else ""
    return File(path, clean(data[:MAX_BYTES].decode("utf-8", errors="replace")), note)
