"""What happens in a conversation of the `openai` adapter, as events of the session."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic_ai.messages import (
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelResponse,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)

from runtime_adapters.events import EventWriter

QUIET_SECONDS = 20.0
"""A model that writes a long argument says nothing else: after so long it is told that it is at work."""


class Teller:
    """Turns what the library reports into events."""

    def __init__(self, writer: EventWriter, clock: Callable[[], float] = time.monotonic) -> None:
        self.writer, self.clock = writer, clock
        self.line = ""
        self.argument = 0
        self.told = clock()

    def answer(self, event: object) -> None:
        """A piece of the model's answer: text by whole lines, a tool call only when it is made."""
        match event:
            case PartStartEvent(part=TextPart() | ThinkingPart() as part):
                self._say(part, part.content)
            case PartStartEvent(part=ToolCallPart()):
                self.argument = 0
            case PartDeltaEvent(delta=TextPartDelta() as delta):
                self._add("text", delta.content_delta)
            case PartDeltaEvent(delta=ThinkingPartDelta() as delta):
                self._add("thought", delta.content_delta or "")
            case PartDeltaEvent(delta=ToolCallPartDelta() as delta):
                self._writing(delta)
            case PartEndEvent(part=TextPart()):
                self._end("text")
            case PartEndEvent(part=ThinkingPart()):
                self._end("thought")
            case _:
                pass

    def call(self, event: object) -> None:
        """The start or the end of a tool call."""
        if isinstance(event, FunctionToolCallEvent):
            named = {name: value for name, value in arguments(event.part).items() if name in ("command", "path")}
            self.writer.write("tool_started", name=event.part.tool_name, id=event.part.tool_call_id, **named)
        elif isinstance(event, FunctionToolResultEvent):
            content = event.part.content
            code = content.get("exit_code") if isinstance(content, dict) else None
            ended: dict[str, object] = {"ok": event.part.outcome == "success" and code in (None, 0)}
            if code is not None:
                ended["exit_code"] = code
            if event.part.outcome != "success":
                ended["message"] = str(content)[:400]
            self.writer.write("tool_finished", name=event.part.tool_name, id=event.part.tool_call_id, **ended)

    def usage(self, response: ModelResponse) -> None:
        """The tokens of one answer; a server that tells none leaves them unknown."""
        usage = response.usage
        if usage.unmeasured_requests or not (usage.input_tokens or usage.output_tokens):
            return
        self.writer.write(
            "usage",
            input_tokens=usage.input_tokens,
            cached_input_tokens=usage.cache_read_tokens,
            output_tokens=usage.output_tokens,
        )

    async def http(self, response: Any) -> None:
        """A refusal of the server: the library may try again and wait meanwhile, and a person would wonder."""
        if response.status_code >= 400:
            wait = response.headers.get("retry-after")
            asked = f", retry after {wait}" if wait else ""
            self.writer.write("text", text=f"the server answered HTTP {response.status_code}{asked}", notice=True)

    def _say(self, part: TextPart | ThinkingPart, text: str) -> None:
        self.line = ""
        self._add("text" if isinstance(part, TextPart) else "thought", text)

    def _add(self, kind: str, text: str) -> None:
        whole, newline, self.line = (self.line + text).rpartition("\n")
        if newline and whole.strip():
            self._tell(kind, text=whole)

    def _end(self, kind: str) -> None:
        if self.line.strip():
            self._tell(kind, text=self.line)
        self.line = ""

    def _writing(self, delta: ToolCallPartDelta) -> None:
        self.argument += len(delta.args_delta) if isinstance(delta.args_delta, str) else 0
        if self.clock() - self.told >= QUIET_SECONDS:
            self._tell("text", text=f"writing a tool call: {self.argument} characters so far", notice=True)

    def _tell(self, kind: str, **fields: object) -> None:
        self.told = self.clock()
        self.writer.write(kind, **fields)


def arguments(call: ToolCallPart) -> dict[str, object]:
    """The arguments of a call as far as they can be read: a weak model's are not always JSON."""
    args: object = call.args
    if isinstance(args, str):
        with suppress(ValueError, RecursionError):
            args = json.loads(args)
    return {name: value for name, value in args.items() if isinstance(value, str)} if isinstance(args, dict) else {}
