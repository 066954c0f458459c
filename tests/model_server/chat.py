"""OpenAI Chat Completions: POST …/chat/completions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.model_server.turns import CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, Text, Tool

SUFFIX = "/chat/completions"
USAGE = {
    "prompt_tokens": INPUT_TOKENS,
    "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
    "completion_tokens": OUTPUT_TOKENS,
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}


def tools(request: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Name → schema of the tools the agent offers."""
    functions = [tool["function"] for tool in request.get("tools") or [] if "function" in tool]
    return {function["name"]: function.get("parameters", {}) for function in functions}


def stream(request: Mapping[str, Any], turn: Text | Tool, number: int) -> list[bytes]:
    """The answer as server-sent events; the last before the end tells the usage."""
    message = _message(turn, number)
    calls = [{"index": index, **call} for index, call in enumerate(message.get("tool_calls", []))]
    delta = {**message, "tool_calls": calls} if calls else message
    common = _common(request, number, "chat.completion.chunk")
    end = {"index": 0, "delta": {}, "finish_reason": _finish_reason(turn)}
    return [
        _event({**common, "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}),
        _event({**common, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}),
        _event({**common, "choices": [end]}),
        _event({**common, "choices": [], "usage": USAGE}),
        b"data: [DONE]\n\n",
    ]


def whole(request: Mapping[str, Any], turn: Text | Tool, number: int) -> dict[str, Any]:
    """The answer in one piece."""
    choice = {"index": 0, "message": _message(turn, number), "finish_reason": _finish_reason(turn)}
    return {**_common(request, number, "chat.completion"), "choices": [choice], "usage": USAGE}


def failure(code: str, message: str, number: int) -> list[bytes]:
    """A stream that fails."""
    common = _common({}, number, "chat.completion.chunk")
    begun = {**common, "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
    return [_event(begun), _event({"error": {"code": code, "type": code, "message": message}})]


def _common(request: Mapping[str, Any], number: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": 0, "model": request.get("model", "scripted")}


def _message(turn: Text | Tool, number: int) -> dict[str, Any]:
    if isinstance(turn, Text):
        return {"role": "assistant", "content": turn.text}
    function = {"name": turn.name, "arguments": json.dumps(dict(turn.arguments))}
    call = {"id": f"call_{number}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _finish_reason(turn: Text | Tool) -> str:
    return "stop" if isinstance(turn, Text) else "tool_calls"


def _event(event: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(event)}\n\n".encode()
