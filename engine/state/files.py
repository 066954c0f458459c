"""The state files on disk: where they are, reading them whole or not at all, and what each holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from engine.errors import BrokenState
from engine.names import VERSION_FILE, is_name
from engine.state.apply import legos_of
from engine.state.events import Event
from engine.state.explain import broken, broken_by
from engine.state.migrations import source_of
from engine.state.models import SCHEMA_VERSION, LegoState, OrchestratorState, State

FOLDER = ".orchestrator"
ORCHESTRATOR = "orchestrator_state.json"
JOURNAL = "journal.jsonl"
_PREFIX = "lego_state_"

STATE_REF = "refs/meta/state"
"""Where git keeps the state as of the last landing."""

RESTORE = f"git restore --source={STATE_REF} -- {FOLDER}"
"""Brings the files of the last landing back, after `git clean -xdf` for example."""

AnyState = TypeVar("AnyState", OrchestratorState, LegoState)


@dataclass(frozen=True, slots=True)
class Files:
    """The paths of one workspace's state."""

    workspace: Path

    @property
    def folder(self) -> Path:
        """`.orchestrator`."""
        return self.workspace / FOLDER

    @property
    def journal(self) -> Path:
        """Every event."""
        return self.folder / JOURNAL

    @property
    def orchestrator(self) -> Path:
        """The run, its phases and meta steps."""
        return self.folder / ORCHESTRATOR

    def lego(self, name: str) -> Path:
        """One LEGO's file."""
        return self.folder / f"{_PREFIX}{name}.json"

    def legos(self) -> list[Path]:
        """The LEGO files that exist."""
        return sorted(self.folder.glob(f"{_PREFIX}*.json"))

    def states(self) -> list[Path]:
        """All state files that exist."""
        return [path for path in (self.orchestrator, *self.legos()) if path.exists()]

    def load(self) -> State:
        """What the files say by themselves, each as of its own `seq`. Raises `BrokenState`."""
        try:
            parts = [self.load_one(path) for path in self.states()]
        except OSError as error:
            raise broken(self.folder, "", f"cannot be read: {error.strerror}") from error
        legos = {name: lego for part in parts for name, lego in part.legos.items()}
        orchestrator = parts[0].orchestrator if self.orchestrator.exists() else OrchestratorState()
        return State(orchestrator=orchestrator, legos=legos)

    def load_one(self, path: Path) -> State:
        """A state that knows only what this file says. Raises `BrokenState`."""
        if path == self.orchestrator:
            return State(orchestrator=_load(path, OrchestratorState))
        lego = _load_lego(path)
        return State(legos={lego.name: lego})

    def check_known(self, state: State, events: Sequence[Event]) -> None:
        """Raise `BrokenState` for a file that tells of an event the journal does not hold."""
        last = events[-1].seq if events else 0
        about: dict[str, set[int]] = {}
        for event in events:
            for name in legos_of(event):
                about.setdefault(name, {0}).add(event.seq)
        self._check(self.orchestrator, state.orchestrator.seq, range(last + 1), last)
        for name, lego in state.legos.items():
            self._check(self.lego(name), lego.seq, about.get(name, {0}), last)

    def _check(self, path: Path, seq: int, known: range | set[int], last: int) -> None:
        if seq > last:
            raise broken(
                path,
                "seq",
                f"is {seq}, but {self.journal.name} ends at event {last}: the journal was lost or cut. "
                f"After the last landing `{RESTORE}` brings it back; the repair goes back to event {last}",
            )
        if seq not in known:
            raise broken(path, "seq", f"is {seq}, but that event of {self.journal.name} is not about this file")


def _load_lego(path: Path) -> LegoState:
    """Read one `lego_state_<name>.json`. Raises `BrokenState`, also when the name in it is not the file's."""
    state = _load(path, LegoState)
    name = path.stem.removeprefix(_PREFIX)
    if state.name != name or not is_name(name):
        raise broken(path, "name", f"expected {name!r}, a name like [a-z][a-z0-9_]* (it is {state.name!r})")
    return state


def _load(path: Path, kind: type[AnyState]) -> AnyState:
    try:
        state = kind.model_validate_json(source_of(path.parent).state(path.name), strict=True)
    except OSError as error:
        raise broken(path, "", f"cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise _newer(path, error) or broken_by(path, error) from error
    for field in ("schema_version", "seq"):
        if field not in state.model_fields_set:
            raise broken(path, field, "is missing")
    return state


def _newer(path: Path, error: ValidationError) -> BrokenState | None:
    for detail in error.errors(include_url=False):
        version = detail["input"]
        if detail["loc"] == ("schema_version",) and isinstance(version, int) and version > SCHEMA_VERSION:
            message = f"was written by a newer meta (version {version}, this one knows {SCHEMA_VERSION})"
            return broken(path, "schema_version", message, f"Nothing was changed. {_install(path)}")
    return None


def _install(path: Path) -> str:
    """Which engine to use; a released app says which one made it."""
    try:
        said = (path.parent.parent / VERSION_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        said = ""
    engine = next((line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("engine:")), "")
    return f"Use that newer meta; the app was released by meta {engine}" if engine else "Use that newer meta"
