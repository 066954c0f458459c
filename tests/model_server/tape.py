"""A model that plays a tape: it knows a session by the task in its brief, and does by shell what was recorded of it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runtime_adapters.replay import stored_name
from tests.model_server.turns import Fault, Shell, Text, Turn

ANSWER = ".session/result.json"


class TapeModel:
    """Answers the first request of a session with one command that puts its files in place, and the next with a word.

    The agent must be able to read the tape's folder and to write its own worktree.
    """

    def __init__(self, tape: Path) -> None:
        self.entries = {path.parent.name: path.parent for path in sorted(tape.glob("*/entry.json"))}
        self.played: list[str] = []
        """Names of the entries that were played, as they came."""
        self._takes: dict[str, list[Path]] = {}
        for folder in self.entries.values():
            self._takes.setdefault(_title((folder / "brief.md").read_text(encoding="utf-8")), []).append(folder)
        self._met: dict[str, Path] = {}

    def __call__(self, request: dict[str, Any]) -> Turn:
        messages = request.get("input") or request.get("messages") or []
        entry = next(filter(None, map(self._entry, _texts(messages))), None)
        if entry is None:
            return Fault(400, body={"error": {"message": "the tape has no such session", "code": "no_entry"}})
        if any(map(_is_output, messages)):
            return Text("Done.")
        self.played.append(entry.name)
        return Shell(command(entry))

    def _entry(self, text: str) -> Path | None:
        """The entry that a brief means: one with its title, the next take for each brief that is new."""
        takes = self._takes.get(_title(text), [])
        brief = text.strip()
        if takes and brief not in self._met:
            self._met[brief] = takes.pop(0)
        return self._met.get(brief)


def _title(brief: str) -> str:
    """Its first line, which names step, LEGO and substep; the advice below may have become newer than the tape."""
    return brief.strip().partition("\n")[0]


def command(entry: Path) -> str:
    """The shell command that does what was recorded; the answer comes last."""
    about = json.loads((entry / "entry.json").read_text(encoding="utf-8"))
    words = [["set", "-e"]]
    for path, file in about["files"].items():
        mode = "755" if file.get("executable") else "644"
        words.append(["install", "-D", "-m", mode, str(entry / "files" / stored_name(path)), path])
    words += [["rm", "-f", path] for path in about["deleted"]]
    if (entry / "result.json").exists():
        words.append(["install", "-D", "-m", "644", str(entry / "result.json"), ANSWER])
    return "\n".join(map(shlex.join, words))


def _texts(plain: Any) -> Iterator[str]:
    """All texts anywhere in it."""
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, dict | list):
        for part in plain.values() if isinstance(plain, dict) else plain:
            yield from _texts(part)


def _is_output(item: Any) -> bool:
    """Whether a message is what a tool answered, in any of the protocols."""
    if item.get("type") in ("function_call_output", "custom_tool_call_output") or item.get("role") == "tool":
        return True
    content = item.get("content")
    return isinstance(content, list) and any(part.get("type") == "tool_result" for part in content)
