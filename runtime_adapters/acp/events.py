"""Turns what an agent tells while it works (`session/update`) into events. Pure: `emit` takes kind and fields."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime_adapters.acp.permission import inside
from runtime_adapters.acp.speech import Emit, Speech
from runtime_adapters.acp.usage import Usage, tokens_of
from runtime_adapters.events import EVENT_KINDS, RAW
from runtime_adapters.stream_agent import unknown

UNREMARKABLE = {"available_commands_update", "config_option_update", "session_info_update", "user_message_chunk"}
"""Said at every start, long, and nothing the session does; raw.log has them."""
CHUNKS = {"agent_message_chunk": "text", "agent_thought_chunk": "thought"}
CHANGES = {"edit", "delete", "move"}
SHELLS = {"sh", "bash", "zsh", "dash"}


@dataclass(slots=True)
class Tool:
    """A tool call as far as it is known: agents tell it in pieces."""

    told: dict[str, Any] = field(default_factory=dict)
    started: bool = False
    finished: bool = False

    def learn(self, piece: Mapping[str, Any]) -> None:
        """Take what is new; an empty value says nothing."""
        self.told.update({name: value for name, value in piece.items() if value not in (None, "", [], {})})

    @property
    def over(self) -> bool:
        """Whether it ended, well or not."""
        return self.told.get("status") in ("completed", "failed")


class Translator:
    """The events of one session. `replaying`: what comes now is the history of a session being loaded."""

    def __init__(self, worktree: Path, emit: Emit) -> None:
        self.roots, self.emit = (worktree, worktree.resolve()), emit
        self.replaying = False
        self.last_text = ""
        """The last thing the agent said; empty when it used a tool after that."""
        self._speech = Speech(emit)
        self._usage = Usage()
        self._tools: dict[str, Tool] = {}

    def update(self, params: object) -> None:
        """One `session/update`. Never raises: one of a shape nobody knows is shown as it is."""
        update = params.get("update") if isinstance(params, dict) else None
        try:
            if not isinstance(update, dict):
                raise TypeError
            self._update(str(update.get("sessionUpdate") or "session_update"), update)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            kind, fields = unknown(params if isinstance(params, dict) else {"params": params})
            self.emit(kind, **fields)

    def permission(self, tool_call: Mapping[str, Any]) -> None:
        """The agent asks before a tool call: sometimes the first that is told of it."""
        self.pause()
        self._tool(tool_call, asked=True)

    def prompt_result(self, result: Mapping[str, Any]) -> None:
        """The end of the turn, with its usage where the agent tells it."""
        self.pause()
        if fields := tokens_of(result):
            self.emit("usage", **fields)

    def pause(self) -> None:
        """The agent does something else than talk, or ended."""
        self._speech.end()
        self.last_text = self._speech.statement or self.last_text

    def _update(self, kind: str, update: Mapping[str, Any]) -> None:
        if kind == "usage_update":
            self._count(update)
        elif self.replaying or kind in UNREMARKABLE:
            return
        elif kind in CHUNKS:
            content = update["content"]
            text = content["text"] if content.get("type", "text") == "text" else f"({content['type']})"
            self._speech.add(CHUNKS[kind], str(update.get("messageId") or ""), text)
        elif kind in ("tool_call", "tool_call_update"):
            self.pause()
            self._tool(update)
        else:
            self.pause()
            data = {name: value for name, value in update.items() if name != "sessionUpdate"}
            self.emit(own_kind(kind), data=data)

    def _count(self, update: Mapping[str, Any]) -> None:
        if not self.replaying:
            self.pause()
        fields = self._usage.added(update)
        if fields and not self.replaying:
            self.emit("usage", **fields)

    def _tool(self, piece: Mapping[str, Any], *, asked: bool = False) -> None:
        call = str(piece["toolCallId"])
        tool = self._tools.setdefault(call, Tool())
        tool.learn(piece)
        if tool.finished:
            return
        self.last_text = self._speech.statement = ""
        sure = asked or tool.over or tool.told.get("status") == "in_progress"
        detail = self._detail(tool.told, sure)
        if not tool.started and (detail or sure):
            tool.started = True
            self.emit("tool_started", name=_name(tool.told), id=call, **detail)
        if tool.over:
            tool.finished = True
            self._finish(call, tool.told, tool.told["status"] == "completed")

    def _finish(self, call: str, told: Mapping[str, Any], ok: bool) -> None:
        code = _exit_code(told.get("rawOutput"))
        known = {} if code is None else {"exit_code": code}
        self.emit("tool_finished", name=_name(told), id=call, ok=ok and not code, **known)
        for path in _paths(told) if ok and told.get("kind") in CHANGES else []:
            if inside(self.roots[1], path):
                self.emit("file_changed", path=self._short(path))

    def _detail(self, told: Mapping[str, Any], sure: bool) -> dict[str, str]:
        """The command or the path. While the call is only announced (not `sure`) its title is no command yet."""
        given = told.get("rawInput")
        command = given.get("command") if isinstance(given, dict) else None
        if isinstance(command, list):
            return {"command": _plain([str(word) for word in command])}
        if isinstance(command, str):
            return {"command": command}
        if told.get("kind") == "execute":
            return {"command": str(told["title"])} if sure and told.get("title") else {}
        paths = _paths(told)
        return {"path": self._short(paths[0])} if paths else {}

    def _short(self, path: str) -> str:
        root = next((root for root in self.roots if Path(path).is_relative_to(root)), None)
        return str(Path(path).relative_to(root)) if root else path


def own_kind(name: str) -> str:
    """The event kind for something of the agent's; never one that means something to the engine."""
    return f"acp_{name}" if name in (*EVENT_KINDS, RAW) else name


def _name(told: Mapping[str, Any]) -> str:
    kind = told.get("kind")
    return str(kind if kind and kind != "other" else told.get("title") or "tool")


def _plain(words: list[str]) -> str:
    """A command line; of `sh -c TEXT` the text."""
    if len(words) == 3 and Path(words[0]).name in SHELLS and words[1].startswith("-"):
        return words[2]
    return shlex.join(words)


def _paths(told: Mapping[str, Any]) -> list[str]:
    """The paths of the call's changes and places, each once."""
    entries = [*(told.get("content") or []), *(told.get("locations") or [])]
    paths = [entry.get("path") for entry in entries if isinstance(entry, dict)]
    return list(dict.fromkeys(path for path in paths if isinstance(path, str) and path))


def _exit_code(output: object) -> int | None:
    if not isinstance(output, dict):
        return None
    metadata = output.get("metadata")
    nested = metadata.get("exit") if isinstance(metadata, dict) else None
    codes = (output.get("exit_code"), output.get("exitCode"), nested)
    return next((code for code in codes if isinstance(code, int) and not isinstance(code, bool)), None)
