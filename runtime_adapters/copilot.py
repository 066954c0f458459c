"""The `copilot` adapter: GitHub Copilot CLI, one session a run, over its stream of JSON lines.

What the agent reads besides the brief: instructions of the user's and the app's (`AGENTS.md`, `CLAUDE.md`,
`.github/copilot-instructions.md`, `~/.copilot/copilot-instructions.md`) are switched off by
`--no-custom-instructions`, the built-in MCP servers by `--disable-builtin-mcps`; memory of other sessions is off
when a prompt is given like this. The app's own hooks, skills and MCP servers are left alone
because the folder is not trusted. MCP servers, skills and plugins in the user's `~/.copilot` are read: they cannot be
switched off one and all without the log-in.

What it may do: run commands and write files without asking; copilot itself holds file tools and the paths it can see
in a command to the worktree and the temporary folder. With `--sandbox` the system holds all commands to it; that is on
where everything it needs is there, for else every command would fail. The network stays open in it.

The launcher passes no signal on: the process group is signalled. A variable that the user configured wins over those
set here. Options: `command`, `extra_args`.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.agent_sandbox import obstacle
from runtime_adapters.copilot_stream import CopilotReader
from runtime_adapters.events import read_events
from runtime_adapters.stream_agent import (
    PROBE_TIMED_OUT,
    Launch,
    Session,
    StreamReader,
    agent_session_id,
    extra_arguments,
    find_program,
    main,
    probe,
    require_program,
)

NAMESPACE = uuid.UUID("0c2f3c55-8a5e-5a0b-b0d3-0d7a2f7a1f5b")
PROBE_SECONDS = 5.0
USAGE = "copilot-usage.json"
LOGS = "copilot-logs"
NEEDED = ("slirp4netns", "unshare", "nsenter", "iptables", "ip6tables", "iptables-restore", "ip6tables-restore")
TUN = "/dev/net/tun"
TOKENS = ("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
COUNTS = ("input_tokens", "output_tokens")
SECRETS = (*TOKENS, "COPILOT_PROVIDER_API_KEY", "COPILOT_PROVIDER_BEARER_TOKEN")
"""Variables that the agent needs and its commands do not."""
SWITCHES = (
    "--allow-all-tools",
    "--no-ask-user",
    "--no-auto-update",
    "--no-color",
    "--no-custom-instructions",
    "--no-remote",
    "--disable-builtin-mcps",
    "--disable-client-telemetry",
)
ENVIRONMENT = {"COPILOT_AUTO_UPDATE": "false"}
GO_ON = b"""You were interrupted. Look at what is there already, then go on with the task you were given, and finish it.
Write .session/result.json last, as the task says.
"""


class Copilot:
    """The runtime `copilot`."""

    name = "copilot"

    def detect(self) -> dict[str, object]:
        """What is installed and which sandbox is in force. Copilot has no way to ask who is logged in."""
        program = find_program(self.name)
        code, output = 1, ""
        if program:
            code, output, _ = probe([program, "--version"], PROBE_SECONDS, agent_environment(ENVIRONMENT))
        return {
            "installed": code in (0, PROBE_TIMED_OUT),
            "version": version(output),
            "logged_in": True if any(os.environ.get(name) for name in TOKENS) else "unknown",
            "capabilities": ["resume", "takeover"],
            "sandbox": sandbox()[1],
            "takeover": ["copilot", "--resume={session}"],
        }

    def launch(self, session: Session, resume: str | None) -> Launch:
        """The command line; the brief goes in by stdin."""
        program = require_program(self.name, session.options)
        confined, words = sandbox()
        agent_session = resume or first_id(session)
        usage, logs = session.folder / USAGE, session.folder / LOGS
        usage.unlink(missing_ok=True)
        for path in logs.glob("*.log"):
            path.unlink()  # what an earlier run was told to wait is no longer true
        command = [program, "--output-format", "json", *SWITCHES, f"--secret-env-vars={','.join(SECRETS)}"]
        command += ["--session-id", agent_session]
        command += ["--usage-output-file", str(usage), "--log-dir", str(logs), "--log-level", "warning"]
        command += ["--sandbox"] if confined else []
        command += ["--model", session.model] if session.model else []
        return Launch(
            command=[*command, *extra_arguments(session.options)],
            environment=agent_environment(ENVIRONMENT),
            stdin=GO_ON if resume and is_known(agent_session) else session.brief,
            announce={"session": agent_session, "sandbox": words},
        )

    def reader(self, session: Session) -> StreamReader:
        """A reader for this session's stream."""
        agent_session = agent_session_id(session.events_path) or first_id(session)
        told = told_before(session.events_path) if is_known(agent_session) else (0, 0)
        usage, logs = session.folder / USAGE, session.folder / LOGS
        return CopilotReader(str(session.worktree), usage, logs, conversation(agent_session), told)


def first_id(session: Session) -> str:
    """The id under which copilot keeps this session: the same each time."""
    return str(uuid.uuid5(NAMESPACE, str(session.spec["marker"])))


def told_before(events_path: Path) -> tuple[int, int]:
    """The input and output tokens that earlier runs of the session told."""
    fields = [event.fields for event in read_events(events_path) if event.kind == "usage"]
    inputs, outputs = ([told.get(name) for told in fields] for name in COUNTS)
    return sum(n for n in inputs if isinstance(n, int)), sum(n for n in outputs if isinstance(n, int))


def sandbox() -> tuple[bool, str]:
    """Whether copilot's sandbox works here, and what is in force in words."""
    reason = obstacle(NEEDED, [TUN])
    if reason:
        return False, f"none: {reason}"
    return True, "copilot's own sandbox" if sys.platform == "darwin" else "copilot's bubblewrap sandbox"


def version(output: str) -> str:
    """`1.0.102` in `GitHub Copilot CLI 1.0.102.`; the empty text if there is none."""
    words = (output.splitlines() or [""])[0].split()
    return next((word.rstrip(".") for word in reversed(words) if word[:1].isdigit()), "")


def conversation(agent_session: str) -> Path:
    """Where copilot keeps it."""
    home = Path(os.environ.get("COPILOT_HOME") or Path.home() / ".copilot")
    return home / "session-state" / agent_session / "events.jsonl"


def is_known(agent_session: str) -> bool:
    """Whether copilot has kept this conversation, with the task it was given in it."""
    path = conversation(agent_session)
    return path.is_file() and b'"type":"user.message"' in path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(Copilot(), sys.argv[1:]))
