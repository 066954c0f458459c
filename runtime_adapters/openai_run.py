"""One session of the `openai` adapter: the conversation with the model, as events, to its end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import openai
from pydantic import TypeAdapter
from pydantic_ai import Agent, Tool, UsageLimits
from pydantic_ai.exceptions import AgentRunError, ModelConnectionError, ToolFailed, UserError
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.azure import AzureProvider
from pydantic_ai.providers.openai import OpenAIProvider

from runtime_adapters import openai_commands
from runtime_adapters.agent_process import Ending
from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_DONE, EventWriter
from runtime_adapters.openai_agent import DISTRIBUTION, NO_KEY, Options, detected
from runtime_adapters.openai_endings import ending_of
from runtime_adapters.openai_telling import Teller
from runtime_adapters.openai_tools import ToolError, Tools
from runtime_adapters.stream_agent import Session

CONNECT_SECONDS = 10.0
RETRIES = 2
"""Of one request, by the client library: after 429, 5xx and a failed connection."""
TOOL_RETRIES = 5
"""How often in a row a model may call the same tool with arguments that are none."""
INSTRUCTIONS = """\
You are a coding agent. You work in one folder, your working folder, through the tools; what you only write in your \
answer changes nothing. Paths are relative to the working folder. Work until everything you are asked for is done, \
without asking back. Write the file .session/result.json last, as you are told; then end with a short answer."""

_RESPONSE: TypeAdapter[ModelResponse] = TypeAdapter(ModelResponse)


def run(session: Session, options: Options, writer: EventWriter) -> Ending:
    """Run the session; how it ended."""
    commands = openai_commands.find(session.worktree, network=options.network, unsandboxed=options.unsandboxed)
    writer.write(
        "started",
        runtime="openai",
        model=options.model,
        version=detected()["version"],
        server=options.base_url or "https://api.openai.com/v1",
        sandbox=commands.sandbox if commands else "no sandbox here: run_command is off",
    )
    tools = Tools(session.worktree, commands, lambda path: writer.write("file_changed", path=path))
    try:
        asyncio.run(_converse(session, options, tools, Teller(writer)))
    except AgentRunError as error:
        return ending_of(error, options.max_turns)
    except (UserError, openai.OpenAIError) as error:
        return Ending(EXIT_BAD_CONFIGURATION, f"{DISTRIBUTION} refuses the configuration: {error}")
    return Ending(EXIT_DONE)


async def _converse(session: Session, options: Options, tools: Tools, teller: Teller) -> None:
    agent: Agent[object, Any] = Agent(
        _model(options, teller),
        # None: a model that has nothing more to say after its last tool call is done as well.
        output_type=[str, type(None)],
        instructions=INSTRUCTIONS,
        tools=_tools(tools),
        retries={"tools": TOOL_RETRIES, "output": 1},
        # Over all tries of the client library, each of which would wait as long again.
        model_settings={"first_event_timeout": options.timeout_seconds},
    )
    brief = session.brief.decode("utf-8", errors="replace")
    limits = UsageLimits(request_limit=options.max_turns)
    async with agent.iter(brief, usage_limits=limits) as conversation:
        async for node in conversation:
            if Agent.is_model_request_node(node):
                async with node.stream(conversation.ctx) as answer:
                    async for event in answer:
                        teller.answer(event)
            elif Agent.is_call_tools_node(node):
                _keep_raw(node.model_response)
                teller.usage(node.model_response)
                if options.api == "responses" and node.model_response.finish_reason is None:
                    raise ModelConnectionError(options.model, "the stream ended before the answer was complete")
                async with node.stream(conversation.ctx) as calls:
                    async for call in calls:
                        teller.call(call)


def _model(options: Options, teller: Teller) -> OpenAIChatModel | OpenAIResponsesModel:
    common: dict[str, Any] = {
        "api_key": options.key or NO_KEY,
        "max_retries": RETRIES,
        "timeout": openai.Timeout(options.timeout_seconds, connect=CONNECT_SECONDS),
        "http_client": openai.DefaultAsyncHttpxClient(event_hooks={"response": [teller.http]}),
    }
    provider: AzureProvider | OpenAIProvider
    if options.azure_api_version and options.base_url:
        provider = AzureProvider(
            openai_client=openai.AsyncAzureOpenAI(
                azure_endpoint=options.base_url, api_version=options.azure_api_version, **common
            )
        )
    else:
        base_url = options.base_url or "https://api.openai.com/v1"
        provider = OpenAIProvider(openai_client=openai.AsyncOpenAI(base_url=base_url, **common))
    if options.api == "responses":
        return OpenAIResponsesModel(options.model, provider=provider)
    # Without this, a stream that was cut off counts as a complete answer.
    whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
    return OpenAIChatModel(options.model, provider=provider, profile=whole)


def _tools(tools: Tools) -> list[Tool[object]]:
    functions: list[Callable[..., object]] = [
        tools.read_file,
        tools.write_file,
        tools.edit_file,
        tools.list_files,
        tools.search,
        tools.run_command,
    ]
    # One after the other: two edits of a file in one answer must not meet.
    return [Tool(_told(function), sequential=True) for function in functions]


def _told(function: Callable[..., object]) -> Callable[..., object]:
    """The tool; what goes wrong, a path that no system takes too, is told to the model as a failure."""

    @wraps(function)
    def call(*arguments: object, **named: object) -> object:
        try:
            return function(*arguments, **named)
        except (ToolError, OSError, UnicodeError) as error:
            raise ToolFailed(str(error)) from error

    return call


def _keep_raw(response: ModelResponse) -> None:
    sys.stdout.buffer.write(_RESPONSE.dump_json(response) + b"\n")
    sys.stdout.buffer.flush()
