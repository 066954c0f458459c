"""One session of the protocol: start, prompt, permissions, the end of the turn and what it means."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from acp import PROTOCOL_VERSION, RequestError
from acp.connection import Connection

from runtime_adapters.acp.errors import EXIT_FAILED, judge, stopped
from runtime_adapters.acp.events import Translator, own_kind
from runtime_adapters.acp.permission import decide
from runtime_adapters.acp.presets import AcpLaunch, Preset, known_as
from runtime_adapters.acp.process import AgentProcess
from runtime_adapters.agent_process import Ending
from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_UNAVAILABLE, EventWriter
from runtime_adapters.stream_agent import GO_ON, AdapterError, Session

STARTED_ANEW = (
    "An earlier session on this task was interrupted. What it had written lies in the working folder: look at it "
    "before you begin.\n\n"
)
KILLED_BY = {-1, -2, -9, -15}


class Conversation:
    """Talks with one agent for one session. `previous`: the agent's own id of the session to go on with."""

    def __init__(
        self,
        session: Session,
        launch: AcpLaunch,
        agent: AgentProcess,
        writer: EventWriter,
        *,
        start_seconds: float,
        previous: str | None,
        resumed: bool,
    ) -> None:
        self.session, self.launch, self.agent, self.writer = session, launch, agent, writer
        self.start_seconds, self.previous, self.resumed = start_seconds, previous, resumed
        self.translator = Translator(session.worktree, writer.write)
        self.connection = Connection(self._handle, agent)
        self.preset: Preset | None = launch.preset
        self.id = ""
        self.step = "initialize"
        self.cancelling = False

    async def run(self) -> Ending:
        """Hold the session to the end of its turn."""
        try:
            async with asyncio.timeout(self.start_seconds):
                info = await self._initialize()
                loaded = await self._open(info)
            return await self._prompt(loaded)
        except TimeoutError:
            return Ending(EXIT_UNAVAILABLE, f"the agent did not answer {self.step} within {self.start_seconds:g} s")
        except RequestError as error:
            return judge(error.code, str(error), error.data)
        except AdapterError as error:
            return Ending(error.code, str(error))
        except ConnectionError:
            return await self._gone()
        finally:
            self.translator.pause()

    async def cancel(self) -> None:
        """Ask the agent to stop its turn; `run` then returns, if the agent keeps the protocol."""
        self.cancelling = True
        self.agent.look_around()
        if self.id:
            await self.connection.send_notification("session/cancel", {"sessionId": self.id})

    async def close(self) -> None:
        """No more messages."""
        await self.connection.close()

    # The steps

    async def _initialize(self) -> dict[str, Any]:
        told = await self._ask(
            "initialize",
            # No file system and no terminal is offered: agents work better with their own.
            protocolVersion=PROTOCOL_VERSION,
            clientCapabilities={"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
            clientInfo={"name": "meta-orchestrator", "version": "1"},
        )
        if told.get("protocolVersion") != PROTOCOL_VERSION:
            spoken = told.get("protocolVersion")
            raise AdapterError(
                f"the agent speaks version {spoken} of the protocol, this adapter version {PROTOCOL_VERSION}",
                EXIT_UNAVAILABLE,
            )
        self.preset = self.preset or known_as(str(_part(told, "agentInfo").get("name")))
        if method := self.session.options.get("auth_method"):
            await self._ask("authenticate", methodId=method)
        return told

    async def _open(self, info: Mapping[str, Any]) -> bool:
        """Open a session of the agent's; whether it is the interrupted one, with its history."""
        where = {"cwd": str(self.session.worktree), "mcpServers": []}
        opened, loaded = await self._reopen(info, where) if self.previous else ({}, False)
        if not loaded:
            opened = await self._ask("session/new", **where)
        self.id = str(self.previous if loaded else opened.get("sessionId") or "")
        if not self.id:
            raise AdapterError("the agent opened a session without an id", EXIT_UNAVAILABLE)
        model = await self._choose_model(opened)
        agent = _part(info, "agentInfo")
        version = " ".join(str(agent[name]) for name in ("name", "version") if agent.get(name))
        known = {"model": model, "version": version}
        self.writer.write(
            "started", runtime="acp", session=self.id, **{name: value for name, value in known.items() if value}
        )
        if self.resumed and not loaded:
            self._notice("the agent cannot go on with its earlier session: it starts anew, from the files")
        return loaded

    async def _reopen(self, info: Mapping[str, Any], where: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        can = _part(info, "agentCapabilities")
        if can.get("loadSession"):
            method = "session/load"
        elif "resume" in _part(can, "sessionCapabilities"):
            method = "session/resume"
        else:
            return {}, False
        self.translator.replaying = True
        try:
            return await self._ask(method, sessionId=self.previous, **where), True
        except RequestError as error:
            if judge(error.code, str(error), error.data).code != EXIT_FAILED:
                raise
            return {}, False
        finally:
            self.translator.replaying = False

    async def _choose_model(self, opened: Mapping[str, Any]) -> str | None:
        """See that the session uses the model asked for; returns the one in use. Raises AdapterError."""
        wanted = self.launch.model
        option, current, offered = _model_option(opened)
        if self.preset and self.preset.needs_model and not wanted:
            raise AdapterError(f"{self.preset.name} would choose {current or 'a model'} by itself: set a model")
        if not wanted or wanted == current:
            return wanted or current
        if option and wanted in offered:
            await self._ask("session/set_config_option", sessionId=self.id, configId=option, value=wanted)
            return wanted
        if self.launch.is_told_the_model() and not (self.preset and self.preset.needs_model):
            return wanted
        offers = f"it offers {', '.join(offered)}" if offered else "it has no choice of models"
        raise AdapterError(f"the agent does not use the model {wanted}: {offers}", EXIT_BAD_CONFIGURATION)

    async def _prompt(self, loaded: bool) -> Ending:
        brief = self.session.brief.decode("utf-8", errors="replace")
        text = GO_ON.decode() if loaded else STARTED_ANEW + brief if self.resumed else brief
        result = await self._ask("session/prompt", sessionId=self.id, prompt=[{"type": "text", "text": text}])
        self.translator.prompt_result(result)
        typed_badly = self.preset is not None and self.preset.errors_are_text
        return stopped(result.get("stopReason"), self.translator.last_text, errors_are_text=typed_badly)

    async def _gone(self) -> Ending:
        """The agent closed its output in the middle."""
        code = await self.agent.returncode()
        last = await self.agent.last_words()
        if code in KILLED_BY:
            return Ending(128 - code, "the agent was killed")
        how = "closed its output" if code is None else f"ended with exit code {code}"
        reason = f"the agent {how} during {self.step}" + (f": {last}" if last else "")
        judged = judge(None, last) if last else Ending(EXIT_FAILED)
        if judged.code != EXIT_FAILED:
            return Ending(judged.code, reason, judged.retry_after_seconds, judged.retry_at)
        return Ending(EXIT_FAILED if self.step == "session/prompt" else EXIT_UNAVAILABLE, reason)

    # Messages

    async def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.step = method
        answer = await self.connection.send_request(method, params)
        return answer if isinstance(answer, dict) else {}

    async def _handle(self, method: str, params: Any, is_notification: bool) -> dict[str, Any] | None:
        """A message of the agent's. Updates come in order: nothing here waits before they are written down."""
        if method == "session/update":
            self.translator.update(params)
            return None
        if method == "session/request_permission":
            return self._permit(params if isinstance(params, dict) else {})
        if method == "elicitation/create":
            self.writer.write("question", text=str(_part({"": params}, "").get("message") or "the agent asks"))
            return {"action": "decline"}
        if is_notification:
            self.writer.write(own_kind(method), data=params)
            return None
        raise RequestError.method_not_found(method)

    def _permit(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if self.cancelling:
            return {"outcome": {"outcome": "cancelled"}}
        call = _part(params, "toolCall")
        if "toolCallId" in call:
            self.translator.permission(call)
        decision = decide(call, params.get("options"), self.session.worktree)
        what = str(call.get("title") or call.get("kind") or "a tool call")
        verdict = "allowed" if decision.allowed else "not allowed"
        why = f": {decision.outside} is outside the worktree" if decision.outside else ""
        self.writer.write("permission", allowed=decision.allowed, text=f"{verdict}: {what}{why}")
        return dict(decision.outcome())

    def _notice(self, text: str) -> None:
        self.writer.write("text", text=text, notice=True)


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A field that should be an object; an empty one if it is something else."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _model_option(opened: Mapping[str, Any]) -> tuple[str | None, str | None, list[str]]:
    """The option by which a session's model is chosen: its id, its value, what it offers."""
    options = opened.get("configOptions")
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and "model" in (option.get("category"), option.get("id")):
            offered = option.get("options")
            values = [str(o.get("value")) for o in offered or [] if isinstance(o, dict)]
            return str(option.get("id")), option.get("currentValue"), values
    return None, None, []
