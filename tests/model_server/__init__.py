"""A scripted model server on 127.0.0.1, for tests with real agents."""

from __future__ import annotations

from tests.model_server.server import ModelServer, Request
from tests.model_server.turns import (
    CACHED_TOKENS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    Cut,
    Fault,
    Hang,
    Script,
    Shell,
    StreamFault,
    Text,
    Tool,
    Turn,
    turn_from_json,
)

__all__ = [
    "CACHED_TOKENS",
    "INPUT_TOKENS",
    "OUTPUT_TOKENS",
    "Cut",
    "Fault",
    "Hang",
    "ModelServer",
    "Request",
    "Script",
    "Shell",
    "StreamFault",
    "Text",
    "Tool",
    "Turn",
    "turn_from_json",
]
