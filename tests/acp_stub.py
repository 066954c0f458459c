"""An agent for tests that speaks the Agent Client Protocol: `acp_stub.py SCENARIO`, without a model.

Every scenario answers as real agents were seen to answer. What it is told is written into files of the working folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from acp import (
    PROTOCOL_VERSION,
    InitializeResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptResponse,
    RequestError,
    run_agent,
    start_tool_call,
    update_agent_message_text,
    update_agent_thought_text,
    update_tool_call,
)
from acp.connection import Connection
from acp.schema import AgentCapabilities, Implementation, PermissionOption, ToolCallLocation, ToolCallUpdate

SESSION = "stub-session-1"
ANSWER = {"status": "done", "confidence_score": 0.9, "summary": "made it"}
OPTIONS = [
    PermissionOption(option_id="always", name="Always", kind="allow_always"),
    PermissionOption(option_id="once", name="Allow", kind="allow_once"),
    PermissionOption(option_id="no", name="Deny", kind="reject_once"),
]
ERRORS = {
    "401": RequestError(-32603, "Internal error", {"details": "unexpected status 401 Unauthorized: bad key"}),
    "429": RequestError(-32603, "Internal error", {"details": "429 Too Many Requests: try again in 1m 30s"}),
    "down": RequestError(-32603, "Internal error", "Unable to connect: connect ECONNREFUSED 127.0.0.1:9"),
}


class StubAgent:
    """The agent's side of one connection."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.cancelled = asyncio.Event()
        self.client: Any = None
        self.tool: subprocess.Popen[bytes] | None = None

    def on_connect(self, conn: Any) -> None:
        self.client = conn

    async def initialize(self, protocol_version: int, **told: Any) -> InitializeResponse:
        if self.scenario == "silent":
            await asyncio.Event().wait()
        if self.scenario == "dies-at-once":
            print("cannot find my settings", file=sys.stderr, flush=True)
            os._exit(7)
        version = 99 if self.scenario == "other-version" else PROTOCOL_VERSION
        capabilities = AgentCapabilities(load_session=self.scenario != "forgets")
        name = {"text-401": "Copilot", "third-party": "OpenCode"}.get(self.scenario, "stub")
        return InitializeResponse(
            protocol_version=version,
            agent_capabilities=capabilities,
            agent_info=Implementation(name=name, version="1.2.3"),
        )

    async def authenticate(self, method_id: str, **told: Any) -> None:
        note("authenticated", method_id)

    async def new_session(self, cwd: str, **told: Any) -> NewSessionResponse:
        note("opened", cwd)
        if self.scenario == "logged-out":
            raise RequestError.auth_required()
        option = {"id": "model", "name": "Model", "category": "model", "type": "select", "currentValue": "small"}
        choices = [{"value": value, "name": value} for value in ("small", "large")]
        return NewSessionResponse.model_validate(
            {"sessionId": SESSION, "configOptions": [{**option, "options": choices}]}
        )

    async def set_config_option(self, config_id: str, session_id: str, value: str | bool, **told: Any) -> None:
        note("configured", f"{config_id}={value}")

    async def load_session(self, cwd: str, session_id: str, **told: Any) -> LoadSessionResponse:
        if session_id != SESSION:
            raise RequestError.resource_not_found(session_id)
        note("loaded", session_id)
        await self.say("what was said before the interruption")
        return LoadSessionResponse()

    async def prompt(self, session_id: str, prompt: list[Any], **told: Any) -> Any:
        note("prompt", prompt[0].text)
        if error := ERRORS.get(self.scenario):
            raise error
        if self.scenario == "refusal":
            await self.say("I would rather not.")
            return PromptResponse(stop_reason="refusal")
        await getattr(self, f"do_{self.scenario.replace('-', '_')}", self.do_success)()
        if self.cancelled.is_set():
            return PromptResponse(stop_reason="cancelled")
        usage = {"totalTokens": 1234, "inputTokens": 200, "outputTokens": 34, "cachedReadTokens": 1000}
        return {"stopReason": "end_turn", "usage": usage}

    async def cancel(self, session_id: str, **told: Any) -> None:
        note("cancelled", session_id)
        if self.tool and self.scenario == "tool":
            self.tool.kill()
            self.tool.wait()
        self.cancelled.set()

    # What it does when it is told to

    async def do_success(self) -> None:
        await self.update(update_agent_thought_text("Let me see."))
        await self.say("I write ")
        await self.say("hello.txt.")
        await self.write("hello.txt", "hello\n")
        await self.say("Done.")
        answer()

    async def do_permission(self) -> None:
        for path in ("inside.txt", "../outside.txt"):
            target = str(Path.cwd() / path)
            call = ToolCallUpdate(
                tool_call_id=path, title=f"Write {path}", kind="edit", locations=[ToolCallLocation(path=target)]
            )
            reply = await self.client.request_permission(session_id=SESSION, tool_call=call, options=OPTIONS)
            chosen = getattr(reply.outcome, "option_id", None)
            note(f"answer-{Path(path).name}", str(chosen))
            if chosen == "once":
                await self.write(path, "written\n")
        answer()

    async def do_text_401(self) -> None:
        await self.say("Info: Request failed due to a transient API error. Retrying...")
        await self.raw("session/update", {"sessionId": SESSION, "update": {"sessionUpdate": "usage_update", "used": 1}})
        await self.say("Error: Authentication failed with provider at http://127.0.0.1:1/v1 (HTTP 401).\n  Check it.")

    async def do_odd_messages(self) -> None:
        sys.stdout.buffer.write(b'no JSON\n[1, 2]\n42\n\xff\xfe\n{"id": {}, "result": 1}\n{"id": 1, "error": "text"}\n')
        sys.stdout.buffer.flush()
        mood = {"sessionUpdate": "mood_update", "mood": "sunny", "kind": "weather"}
        await self.raw("session/update", {"sessionId": SESSION, "update": mood})
        await self.raw("session/update", {"sessionId": SESSION, "update": ["not", "an", "object"]})
        await self.raw("session/update", {"sessionId": SESSION, "update": {"sessionUpdate": "tool_call"}})
        await self.raw("stub/heartbeat", {"beat": 1})
        try:
            await self.connection.send_request("fs/read_text_file", {"sessionId": SESSION, "path": "/etc/passwd"})
        except RequestError as error:
            note("refused", str(error.code))
        await self.do_success()

    async def do_asks(self) -> None:
        reply = await self.connection.send_request("elicitation/create", {"message": "Blue or green?"})
        note("reply", json.dumps(reply))
        answer()

    async def do_tool(self) -> None:
        """A tool that runs in a session of its own and stops for no TERM, as this agent does."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.tool = start_tool()
        await self.update(start_tool_call("call-1", "sleep 300", kind="execute", status="in_progress"))
        await self.cancelled.wait()

    do_tool_left = do_tool

    async def do_deaf(self) -> None:
        await self.do_tool()
        await asyncio.Event().wait()

    async def do_leaves(self) -> None:
        start_tool()
        answer()

    async def do_dies(self) -> None:
        await self.say("I think I")
        print("stub: out of ideas", file=sys.stderr, flush=True)
        os._exit(3)

    async def do_killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    # Helpers

    @property
    def connection(self) -> Connection:
        """The connection below the library's typed one, for what the types do not allow."""
        connection: Connection = self.client._conn
        return connection

    async def raw(self, method: str, params: Any) -> None:
        await self.connection.send_notification(method, params)

    async def update(self, update: Any) -> None:
        await self.client.session_update(session_id=SESSION, update=update)

    async def say(self, text: str) -> None:
        await self.update(update_agent_message_text(text))

    async def write(self, path: str, text: str) -> None:
        place = [ToolCallLocation(path=str(Path.cwd() / path))]
        await self.update(start_tool_call(f"write-{path}", "Write", kind="edit", status="pending", locations=place))
        Path(path).write_text(text)
        await self.update(update_tool_call(f"write-{path}", status="completed"))


def note(name: str, text: str) -> None:
    """Something that happened, for the test to read."""
    folder = Path("noted")
    folder.mkdir(exist_ok=True)
    (folder / "new").write_text(text)
    (folder / "new").replace(folder / name)


def start_tool() -> subprocess.Popen[bytes]:
    """A process that would go on for long."""
    process = subprocess.Popen(["sleep", "300"], start_new_session=True)
    note("environment", json.dumps(dict(os.environ)))
    note("tool", str(process.pid))
    return process


def answer() -> None:
    """The session's result."""
    Path(".session").mkdir(exist_ok=True)
    Path(".session/result.json").write_text(json.dumps(ANSWER))


if __name__ == "__main__":
    asyncio.run(run_agent(StubAgent(sys.argv[1])))  # type: ignore[arg-type]
