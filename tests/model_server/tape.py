"""A model that plays a tape: it knows a session by its brief, and does by shell what was recorded of it."""

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
        entries = [path.parent for path in sorted(tape.glob("*/entry.json"))]
        self.entries = {(folder / "brief.md").read_text(encoding="utf-8").strip(): folder for folder in entries}
        self.played: list[str] = []
        """Names of the entries that were played, as they came."""

    def __call__(self, request: dict[str, Any]) -> Turn:
        messages = request.get("input") or request.get("messages") or []
        told = list(_texts(messages))
        entry = next((self.entries[text.strip()] for text in told if text.strip() in self.entries), None)
        if entry is None:
            return Fault(
                400, body={"error": {"message": "the tape has no session with this brief", "code": "no_entry"}}
            )
        if any(map(_is_output, messages)):
            return Text("Done.")
        self.played.append(entry.name)
        return Shell(command(entry))


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
