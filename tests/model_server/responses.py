"""OpenAI Responses: POST …/responses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.model_server.turns import CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, Text, Tool

SUFFIX = "/responses"
USAGE = {
    "input_tokens": INPUT_TOKENS,
    "input_tokens_details": {"cached_tokens": CACHED_TOKENS},
    "output_tokens": OUTPUT_TOKENS,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}


def tools(request: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Name → schema of the tools the agent offers."""
    return {tool["name"]: tool.get("parameters", {}) for tool in request.get("tools", []) if "name" in tool}


def stream(request: Mapping[str, Any], turn: Text | Tool, number: int) -> list[bytes]:
    """The answer as server-sent events."""
    item = _item(request, turn, number)
    begun = {**item, "content": []} if isinstance(turn, Text) else item
    events: list[dict[str, Any]] = [_created(number), {"type": "response.output_item.added", "item": begun}]
    if isinstance(turn, Text):
        events.append({"type": "response.output_text.delta", "item_id": item["id"], "delta": turn.text})
    events.append({"type": "response.output_item.done", "item": item})
    events.append({"type": "response.completed", "response": whole(request, turn, number)})
    return _events(events)


def whole(request: Mapping[str, Any], turn: Text | Tool, number: int) -> dict[str, Any]:
    """The answer in one piece."""
    response: dict[str, Any] = _created(number)["response"]
    return {**response, "status": "completed", "output": [_item(request, turn, number)], "usage": USAGE}


def failure(code: str, message: str, number: int) -> list[bytes]:
    """A stream that fails."""
    response = {**_created(number)["response"], "status": "failed", "error": {"code": code, "message": message}}
    return _events([_created(number), {"type": "response.failed", "response": response}])


def _created(number: int) -> dict[str, Any]:
    response = {"id": f"resp_{number}", "object": "response", "created_at": 0, "model": "scripted", "output": []}
    return {"type": "response.created", "response": {**response, "status": "in_progress"}}


def _item(request: Mapping[str, Any], turn: Text | Tool, number: int) -> dict[str, Any]:
    if isinstance(turn, Text):
        content = [{"type": "output_text", "text": turn.text, "annotations": []}]
        return {
            "type": "message",
            "id": f"msg_{number}",
            "role": "assistant",
            "status": "completed",
            "content": content,
        }
    call = {"id": f"fc_{number}", "call_id": f"call_{number}", "name": turn.name, "status": "completed"}
    free_form = {tool.get("name") for tool in request.get("tools", []) if tool.get("type") == "custom"}
    if turn.name in free_form:
        return {**call, "type": "custom_tool_call", "input": turn.arguments["input"]}
    return {**call, "type": "function_call", "arguments": json.dumps(dict(turn.arguments))}


def _events(events: list[dict[str, Any]]) -> list[bytes]:
    numbered = ({**event, "sequence_number": number, "output_index": 0} for number, event in enumerate(events))
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in numbered]
