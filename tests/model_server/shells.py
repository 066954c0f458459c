"""Finds the tool with which an agent runs shell commands, and fills in what its schema asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.model_server.turns import Tool

NAMES = ("shell", "shell_command", "exec_command", "local_shell", "Bash", "bash", "run_shell_command", "run_command")
FIELDS = ("command", "cmd", "script")


def shell_call(tools: Mapping[str, Mapping[str, Any]], command: str) -> Tool:
    """The call that runs the command. `tools`: name → JSON schema of its arguments."""
    name = next((name for name in NAMES if name in tools), None)
    if name is None:
        raise LookupError(f"no tool of this agent runs a shell command: {', '.join(tools)}")
    schema = tools[name]
    properties = schema.get("properties", {})
    field = next(field for field in FIELDS if field in properties)
    wants_words = properties[field].get("type") == "array"
    arguments = {wanted: _anything(properties.get(wanted, {})) for wanted in schema.get("required", [])}
    return Tool(name, {**arguments, field: ["bash", "-lc", command] if wants_words else command})


def _anything(schema: Mapping[str, Any]) -> Any:
    """A value that the schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    return {"boolean": False, "integer": 60, "number": 60, "array": [], "object": {}}.get(schema.get("type", ""), "run")
