"""Anthropic Messages: POST …/v1/messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.model_server.turns import CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, Text, Tool

SUFFIX = "/messages"
USAGE = {
    "input_tokens": INPUT_TOKENS - CACHED_TOKENS,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": CACHED_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
}


def tools(request: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Name → schema of the tools the agent offers."""
    return {tool["name"]: tool.get("input_schema", {}) for tool in request.get("tools", [])}


def stream(request: Mapping[str, Any], turn: Text | Tool, number: int) -> list[bytes]:
    """The answer as server-sent events."""
    block = _block(turn, number)
    if isinstance(turn, Text):
        begun, delta = {**block, "text": ""}, {"type": "text_delta", "text": turn.text}
    else:
        begun = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(dict(turn.arguments))}
    return _events(
        [
            _start(request, number),
            {"type": "content_block_start", "index": 0, "content_block": begun},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": _stop_reason(turn), "stop_sequence": None},
                "usage": {"output_tokens": OUTPUT_TOKENS},
            },
            {"type": "message_stop"},
        ]
    )


def whole(request: Mapping[str, Any], turn: Text | Tool, number: int) -> dict[str, Any]:
    """The answer in one piece."""
    message: dict[str, Any] = _start(request, number)["message"]
    return {**message, "content": [_block(turn, number)], "stop_reason": _stop_reason(turn), "usage": USAGE}


def failure(code: str, message: str, number: int) -> list[bytes]:
    """A stream that fails."""
    return _events([_start({}, number), {"type": "error", "error": {"type": code, "message": message}}])


def _start(request: Mapping[str, Any], number: int) -> dict[str, Any]:
    message = {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "scripted"),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**USAGE, "output_tokens": 1},
    }
    return {"type": "message_start", "message": message}


def _block(turn: Text | Tool, number: int) -> dict[str, Any]:
    if isinstance(turn, Text):
        return {"type": "text", "text": turn.text}
    return {"type": "tool_use", "id": f"toolu_{number:04}", "name": turn.name, "input": dict(turn.arguments)}


def _stop_reason(turn: Text | Tool) -> str:
    return "end_turn" if isinstance(turn, Text) else "tool_use"


def _events(events: list[dict[str, Any]]) -> list[bytes]:
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
