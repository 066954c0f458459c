"""What a scripted model answers, one turn a request; the same for all protocols. Also as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

INPUT_TOKENS = 1200
CACHED_TOKENS = 1000
OUTPUT_TOKENS = 34
"""The usage of every answer; the cached tokens are among the input tokens."""


@dataclass(frozen=True)
class Text:
    """A message; the agent's turn ends with it."""

    text: str


@dataclass(frozen=True)
class Tool:
    """A call of one of the agent's tools."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Shell:
    """A call of whatever tool of the agent runs a shell command."""

    command: str


@dataclass(frozen=True)
class Fault:
    """An HTTP status instead of an answer. No body: an error object that fits the status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class StreamFault:
    """An answer that begins well and whose stream then says that it failed."""

    code: str
    message: str


@dataclass(frozen=True)
class Hang:
    """The headers of an answer, and then nothing until someone closes."""


@dataclass(frozen=True)
class Cut:
    """The first bytes of an answer; then the connection is closed."""

    after: int
    turn: Text | Tool | Shell = field(default_factory=lambda: Text("This sentence never ends. " * 40))


Turn: TypeAlias = Text | Tool | Shell | Fault | StreamFault | Hang | Cut
Script: TypeAlias = Callable[[dict[str, Any]], Turn]
"""The answer to a request, given its JSON."""


def turn_from_json(plain: Mapping[str, Any]) -> Turn:
    """A turn from an object that has one of the fields text, tool, shell, fault, stream_fault, hang, cut."""
    match plain:
        case {"text": str(text)}:
            return Text(text)
        case {"tool": str(name)}:
            return Tool(name, plain.get("arguments", {}))
        case {"shell": str(command)}:
            return Shell(command)
        case {"fault": int(status)}:
            return Fault(status, plain.get("headers", {}), plain.get("body"))
        case {"stream_fault": str(code)}:
            return StreamFault(code, plain.get("message", code))
        case {"hang": _}:
            return Hang()
        case {"cut": int(after)}:
            inner = turn_from_json(plain["turn"]) if "turn" in plain else None
            return Cut(after, inner) if isinstance(inner, Text | Tool | Shell) else Cut(after)
    raise ValueError(f"this is no turn of a script: {plain}")
