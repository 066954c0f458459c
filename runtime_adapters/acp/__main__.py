"""`detect`, `spawn DIR` or `resume DIR` of the `acp` adapter."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from importlib import metadata
from pathlib import Path

from runtime_adapters.acp.presets import PRESETS, chosen, resolve
from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_DONE, EventWriter
from runtime_adapters.stream_agent import AdapterError, Ending, Session, agent_session_id, finish, probe

PROBE_SECONDS = 2.0
NOT_THERE = "the Python library of the protocol is missing: pip install 'meta-orchestrator[acp]'"
START_SECONDS = "60"


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    match arguments:
        case ["detect"]:
            print(json.dumps(detect(), ensure_ascii=False))
            return EXIT_DONE
        case ["spawn" | "resume" as verb, folder]:
            return run(Path(folder), resumed=verb == "resume")
        case _:
            print("usage: acp_adapter.sh detect | spawn DIR | resume DIR", file=sys.stderr)
            return EXIT_BAD_CONFIGURATION


def has_library() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("acp") is not None


def detect() -> dict[str, object]:
    """What is there of the agent that META_ACP_AGENT or META_ACP_COMMAND names; of any known one if none is named."""
    answer: dict[str, object] = {
        "installed": False,
        "version": "",
        "logged_in": "unknown",
        "capabilities": ["resume"],
        "sandbox": "as the agent has it: unknown",
    }
    named = os.environ.get("META_ACP_AGENT", ""), os.environ.get("META_ACP_COMMAND", "")
    if not any(named):
        found = [name for name, preset in PRESETS.items() if shutil.which(preset.command[0])]
        version = metadata.version("agent-client-protocol") if has_library() else ""
        return {**answer, "installed": has_library() and bool(found), "version": version, "agents": found}
    try:
        command, preset = chosen(*named)
    except AdapterError as error:
        return {**answer, "reason": str(error)}
    program = shutil.which(command[0])
    if program is None:
        return {**answer, "reason": f"{command[0]} is not installed: there is no such program on PATH"}
    if not has_library():
        return {**answer, "reason": NOT_THERE}
    answer["installed"] = True
    if preset:
        # Only a known agent is sure to end after this question.
        code, output, _ = probe([program, "--version"], PROBE_SECONDS, agent_environment({}))
        answer["version"] = output.strip().splitlines()[0].strip() if code == 0 and output.strip() else ""
        if preset.takeover and shutil.which(preset.takeover[0]):
            answer["takeover"] = list(preset.takeover)
            answer["capabilities"] = ["resume", "takeover"]
    return answer


def run(folder: Path, *, resumed: bool) -> int:
    """Run the session to its end; returns the exit code."""
    try:
        session = Session.load(folder)
    except AdapterError as error:
        print(error, file=sys.stderr)
        return error.code
    writer = EventWriter(session.events_path)
    try:
        if not has_library():
            raise AdapterError(NOT_THERE)
        start_seconds = _seconds(session.options.get("start_seconds", START_SECONDS))
        launch = resolve(session.options, session.model)
        from runtime_adapters.acp.session import hold

        previous = agent_session_id(session.events_path) if resumed else None
        return finish(writer, hold(session, launch, writer, start_seconds, previous=previous, resumed=resumed))
    except AdapterError as error:
        return finish(writer, Ending(error.code, str(error)))
    finally:
        writer.close()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise AdapterError(f"option `start_seconds` is {text}: a number above 0 is expected")
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
