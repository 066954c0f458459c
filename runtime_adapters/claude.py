"""The `claude` adapter: Claude Code, one session a run, over its stream of JSON lines.

What the agent reads besides the brief: nothing of the user's or the app's. `CLAUDE.md` (also the user's own) is
switched off by CLAUDE_CODE_DISABLE_CLAUDE_MDS, its memory by CLAUDE_CODE_DISABLE_AUTO_MEMORY, hooks, skills, plugins,
MCP servers and custom agents by CLAUDE_CODE_SAFE_MODE and `--strict-mcp-config`, settings kept in the app by
`--setting-sources user`. The user's own settings are read: how to log in may stand there. A policy the machine's
administrator set always holds. It does not read `AGENTS.md`.

What it may do: run commands, and write files in the worktree. With `bwrap` and `socat` there, commands run in its own
sandbox (writes in the worktree and a temporary folder of its own only, no network), and `failIfUnavailable` keeps it
from going on without: by itself it would only warn. Without them commands run unconfined, and the session says so.

A variable that the user configured wins over those set here. Options: `command`, `extra_args`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.agent_sandbox import obstacle
from runtime_adapters.claude_stream import ClaudeReader
from runtime_adapters.stream_agent import (
    PROBE_TIMED_OUT,
    Launch,
    Session,
    StreamReader,
    extra_arguments,
    find_program,
    main,
    probe,
    require_program,
)

NAMESPACE = uuid.UUID("6b1f6f0e-0f0c-5a39-9d6e-6f3a5d1c7e24")
PROBE_SECONDS = 5.0
TOOLS = "Bash,Read,Edit,Write,Glob,Grep,NotebookEdit"
"""No web, no worktrees of its own, no timers, no questions to a person who is not there."""
SECRETS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
"""Variables that the agent needs and its commands do not."""
SETTINGS = {
    "sandbox": {
        "enabled": True,
        "failIfUnavailable": True,
        "autoAllowBashIfSandboxed": True,
        "allowUnsandboxedCommands": False,
        "credentials": {"envVars": [{"name": name, "mode": "deny"} for name in SECRETS]},
    }
}
ENVIRONMENT = {
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1",
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
    "CLAUDE_CODE_SAFE_MODE": "1",
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_MAX_RETRIES": "2",
    # Else a long `retry-after` ends the session without a word of when to come back; with it the stream tells.
    "CLAUDE_CODE_RETRY_WATCHDOG": "1",
}
LONGEST_TMPDIR = 55
"""Its sandbox puts sockets below it: with a longer path there can be none, and every command is refused."""
GO_ON = b"""You were interrupted. Look at what is there already, then go on with the task you were given, and finish it.
Write .session/result.json last, as the task says.
"""


class Claude:
    """The runtime `claude`."""

    name = "claude"

    def detect(self) -> dict[str, object]:
        """What is installed, who is logged in, which sandbox is in force."""
        told: dict[str, object] = {
            "installed": False,
            "version": "",
            "logged_in": "unknown",
            "capabilities": ["resume", "takeover"],
            "sandbox": sandbox()[1],
            "takeover": ["claude", "--resume", "{session}"],
        }
        program = find_program(self.name)
        if program is None:
            return told
        with ThreadPoolExecutor() as at_once:
            log_in = at_once.submit(logged_in, program)
            code, output, _ = probe([program, "--version"], PROBE_SECONDS, agent_environment(ENVIRONMENT))
        installed = code in (0, PROBE_TIMED_OUT)
        version = (output.split() or [""])[0]
        return {**told, "installed": installed, "version": version, "logged_in": log_in.result()}

    def launch(self, session: Session, resume: str | None) -> Launch:
        """The command line; the brief goes in by stdin."""
        program = require_program(self.name, session.options)
        confined, words = sandbox()
        shorten_temporary_folder()
        agent_session = resume or str(uuid.uuid5(NAMESPACE, str(session.spec["marker"])))
        known = is_known(agent_session)
        command = [program, "-p", "--output-format", "stream-json", "--verbose", "--include-partial-messages"]
        command += ["--resume" if known else "--session-id", agent_session]
        command += ["--permission-mode", "acceptEdits", "--tools", TOOLS]
        command += ["--setting-sources", "user", "--strict-mcp-config"]
        command += ["--settings", json.dumps(SETTINGS)] if confined else ["--allowedTools=Bash"]
        command += ["--model", session.model] if session.model else []
        return Launch(
            command=[*command, *extra_arguments(session.options)],
            environment=agent_environment(ENVIRONMENT),
            stdin=GO_ON if resume and known else session.brief,
            interrupt=signal.SIGINT,  # the one signal at which it ends its tools too
            announce={"session": agent_session, "sandbox": words},
        )

    def reader(self, session: Session) -> StreamReader:
        """A reader for this session's stream."""
        return ClaudeReader(str(session.worktree))


def sandbox() -> tuple[bool, str]:
    """Whether claude's sandbox works here, and what is in force in words."""
    reason = obstacle(["socat"])
    if reason:
        return False, f"none: {reason}"
    return True, "claude's own sandbox" if sys.platform == "darwin" else "claude's bubblewrap sandbox"


def shorten_temporary_folder() -> None:
    """Let the run's own temporary folder lie where its path is short enough for the sandbox."""
    if len(tempfile.gettempdir()) > LONGEST_TMPDIR and os.access("/tmp", os.W_OK):
        tempfile.tempdir = "/tmp"


def logged_in(program: str) -> bool | str:
    """What `claude auth status` says; it asks no server, so a key that expired counts as logged in."""
    _, output, _ = probe([program, "auth", "status"], PROBE_SECONDS, agent_environment(ENVIRONMENT))
    try:
        answer = json.loads(output)["loggedIn"]
    except (ValueError, KeyError, TypeError):
        return "unknown"
    return answer if isinstance(answer, bool) else "unknown"


def is_known(agent_session: str) -> bool:
    """Whether claude has kept this conversation, with the task it was given in it."""
    home = Path(os.environ.get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude")
    return any(b'"type":"user"' in path.read_bytes() for path in home.glob(f"projects/*/{agent_session}.jsonl"))


if __name__ == "__main__":
    sys.exit(main(Claude(), sys.argv[1:]))
