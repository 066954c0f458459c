"""What people decided: files they write (through the screen, the command line or an editor) and the engine reads."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from engine.errors import UsageError
from engine.names import is_name
from engine.secrets import SecretFound, find, read_allowed
from engine.state.atomic import dump_json, write_atomic
from engine.state.clock import Clock, iso, utc_now
from engine.state.explain import Problem, problems
from engine.state.files import FOLDER
from engine.state.models import Command, Decision

_COMMAND = "command-"

Written = TypeVar("Written", Decision, Command)


def decision_path(workspace: Path, gate: str) -> Path:
    """Where the decision on a gate lies. Raises `UsageError` for what cannot be a gate's name."""
    if not is_name(gate):
        raise UsageError(f"{gate!r} is no gate: a gate is named with a-z, 0-9 and _, and begins with a letter")
    return _folder(workspace) / f"{gate}.json"


def read_decision(workspace: Path, gate: str) -> Decision | None:
    """The decision on a gate; None when there is none, or none that can be read (see `read_decisions`)."""
    decision, _ = _read(decision_path(workspace, gate), Decision)
    return decision


def read_decisions(workspace: Path) -> tuple[dict[str, Decision], list[str]]:
    """Every decision by its gate, and what is wrong with the files that count as none."""
    found: dict[str, Decision] = {}
    wrong: list[str] = []
    for path in _files(workspace):
        if path.name.startswith(_COMMAND):
            continue
        if not is_name(path.stem):
            wrong.append(str(Problem(path, "", f"expected a gate's name before .json (it is {path.stem!r})")))
            continue
        decision, more = _read(path, Decision)
        wrong += more
        secret = _secret(workspace, decision, path) if decision else None
        if secret:
            wrong.append(str(Problem(path, "", str(secret))))
        elif decision:
            found[path.stem] = decision
    return found, wrong


def write_decision(workspace: Path, gate: str, decision: Decision) -> None:
    """Put the decision where the engine finds it, whole or not at all.

    Raises `UsageError` for a wrong gate, `SecretFound` before anything is written.
    """
    path = decision_path(workspace, gate)
    if secret := _secret(workspace, decision, path):
        raise secret
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, dump_json(decision))


def write_command(workspace: Path, command: Command, now: Clock = utc_now) -> str:
    """Ask the engine for an act that answers no question; the command's id: later ones sort after earlier ones."""
    moment = now().astimezone(UTC)
    id_ = f"{moment:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
    folder = _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    stamped = command.model_copy(update={"id": id_, "at": command.at or iso(moment)})
    write_atomic(folder / f"{_COMMAND}{id_}.json", dump_json(stamped))
    return id_


def read_commands(workspace: Path) -> tuple[list[Command], list[str]]:
    """Every command ever given, oldest first, and what is wrong with the files that count as none.

    The id is the one in the file's name.
    """
    found: list[Command] = []
    wrong: list[str] = []
    for path in _files(workspace):
        if path.name.startswith(_COMMAND):
            command, more = _read(path, Command)
            wrong += more
            if command:
                found.append(command.model_copy(update={"id": path.stem.removeprefix(_COMMAND)}))
    return found, wrong


def _secret(workspace: Path, decision: Decision, path: Path) -> SecretFound | None:
    """Why a decision is not taken whose words hold a secret: they would go into the journal and into briefs."""
    texts = [("comment", decision.comment)]
    texts += [(f"answer {number}", "\n".join(pair)) for number, pair in enumerate(decision.answers.items(), 1)]
    texts += [(f"comment {one.id}", f"{one.quote}\n{one.text}") for one in decision.comments]
    found = [one for what, text in texts for one in find(text, f"{path.name}, {what}")]
    allowed = read_allowed(workspace) if found else frozenset()
    left = [one for one in found if one.sha256 not in allowed]
    return SecretFound(left, "this decision is not taken: its words hold a secret", in_a_file=False) if left else None


def _folder(workspace: Path) -> Path:
    return workspace / FOLDER / "decisions"


def _files(workspace: Path) -> list[Path]:
    """The JSON files, by name; not an editor's hidden or half-written ones."""
    return sorted(path for path in _folder(workspace).glob("*.json") if not path.name.startswith("."))


def _read(path: Path, kind: type[Written]) -> tuple[Written | None, list[str]]:
    """What the file says, or why it says nothing. Its own time stands in for a time left out."""
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found = kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None, []
    except OSError as error:
        return None, [str(Problem(path, "", f"cannot be read: {error.strerror}"))]
    except ValidationError as error:
        return None, [str(problem) for problem in problems(path, error)]
    return (found if found.at else found.model_copy(update={"at": iso(written)})), []
