"""Answers an agent's requests for permission: yes inside the worktree, no outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PATH_FIELDS = ("path", "file_path", "filePath", "fileName", "filepath", "notebook_path", "abs_path", "cwd", "directory")
"""Fields of a tool's input that hold a path. The text of a shell command is not read: that is a sandbox's work."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`option`: the id of the answer chosen, None if none fits. `outside`: the path for which it is no."""

    allowed: bool
    option: str | None
    outside: str = ""

    def outcome(self) -> dict[str, object]:
        """The answer in the protocol's words."""
        if self.option is None:
            return {"outcome": {"outcome": "cancelled"}}
        return {"outcome": {"outcome": "selected", "optionId": self.option}}


def decide(tool_call: Mapping[str, object], options: object, worktree: Path) -> Decision:
    """Allowed once, if every path the call names lies in the worktree."""
    root = worktree.resolve()
    outside = next((path for path in paths_of(tool_call) if not inside(root, path)), "")
    wanted = ("reject_once", "reject_always") if outside else ("allow_once", "allow_always")
    option = _pick(options, wanted)
    return Decision(not outside and option is not None, option, outside)


def inside(root: Path, path: str) -> bool:
    """Whether a path, relative ones seen from `root`, ends up in it when links are followed."""
    try:
        return (root / Path(path).expanduser()).resolve().is_relative_to(root)
    except (OSError, ValueError, RuntimeError):
        return False  # a path nobody can follow is no path inside


def paths_of(tool_call: Mapping[str, object]) -> Iterator[str]:
    """The paths a tool call names: places, changes, fields of its input."""
    for name in ("locations", "content"):
        entries = tool_call.get(name)
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(path := entry.get("path"), str):
                yield path
    given = tool_call.get("rawInput")
    if isinstance(given, dict):
        yield from (path for name in PATH_FIELDS if isinstance(path := given.get(name), str) and path)


def _pick(options: object, kinds: tuple[str, ...]) -> str | None:
    known = [option for option in options if isinstance(option, dict)] if isinstance(options, list) else []
    for kind in kinds:
        for option in known:
            if option.get("kind") == kind and isinstance(option.get("optionId"), str):
                return str(option["optionId"])
    return None
