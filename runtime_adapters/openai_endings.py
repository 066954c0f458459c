"""What an error of the conversation means, in exit codes of the adapter interface."""

from __future__ import annotations

import re

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    UsageLimitExceeded,
)

from runtime_adapters.agent_process import Ending
from runtime_adapters.events import (
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
)

EXIT_FAILED = 1
OVERFLOW = re.compile(r"context_length_exceeded|exceed_context_size|context (?:length|size|window)", re.IGNORECASE)
"""How servers say it that have no code of their own for it (llama.cpp, vLLM)."""
LONGEST = 400


def ending_of(error: AgentRunError, max_turns: int) -> Ending:
    """The adapter's exit code and the reason in one sentence."""
    if isinstance(error, UsageLimitExceeded):
        return Ending(EXIT_FAILED, f"the model did not come to an end within {max_turns} turns")
    if isinstance(error, ContentFilterError):
        return Ending(EXIT_FAILED, f"the server's content filter stopped the model: {said(error)}")
    if isinstance(error, ModelAPIError):
        return _of_the_server(error)
    return Ending(EXIT_FAILED, f"the model's answer cannot be used: {said(error)}")


def _of_the_server(error: ModelAPIError) -> Ending:
    reason = said(error)
    if isinstance(error, ModelContextWindowExceededError):
        return Ending(EXIT_CONTEXT_OVERFLOW, reason)
    if isinstance(error, ModelRequestRejectedError) and _status(error) in (400, 413, 422) and OVERFLOW.search(reason):
        return Ending(EXIT_CONTEXT_OVERFLOW, reason)
    if isinstance(error, ModelAuthenticationError):
        return Ending(EXIT_NOT_LOGGED_IN, reason)
    if isinstance(error, ModelRateLimitError | ModelQuotaExceededError):
        return Ending(EXIT_RATE_LIMITED, reason, retry_after_seconds=error.retry_after)
    if isinstance(error, ModelNotFoundError):
        return Ending(EXIT_BAD_CONFIGURATION, f"{reason}; is the model's name right, and does base_url end in /v1?")
    if isinstance(error, ModelRequestRejectedError):
        return Ending(EXIT_BAD_CONFIGURATION, reason)
    return Ending(EXIT_UNAVAILABLE, reason)


def _status(error: ModelAPIError) -> int | None:
    return error.status_code if isinstance(error, ModelHTTPError) else None


def said(error: AgentRunError) -> str:
    """The server's own sentence where it sent one, with the status; else the library's."""
    body = error.body if isinstance(error, ModelAPIError) else None
    message = body.get("message") if isinstance(body, dict) else None
    text = message if isinstance(message, str) and message else str(error)
    status = _status(error) if isinstance(error, ModelAPIError) else None
    short = " ".join(text.split())[:LONGEST]
    return f"HTTP {status}: {short}" if status and message else short
