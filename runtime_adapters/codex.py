"""The `codex` adapter: `codex exec --json`, prompt by stdin, in codex's own sandbox (workspace-write, no network).

What codex would read by itself is switched off: the worktree's AGENTS.md (`project_doc_max_bytes=0`), skills
(`skills.include_instructions=false`) and the plugin catalogue it fetches at start (`features.plugins=false`). What
stays is the user's own: `config.toml` and `AGENTS.md` in CODEX_HOME. In the sandbox `.git` is read-only.

Options in session.json: `command`, `extra_args` (a JSON list of texts), `sandbox` ("workspace-write", or
"danger-full-access" for none), `network_seconds` (60: how long codex may try to reach its server), `silence_seconds`
(nine tenths of the idle time: how long the model may say nothing while no tool is at work), and for a provider of one's
own `base_url` (which must speak the Responses API) and `key_env` (name of the variable that holds the key).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.codex_stream import EXIT_USAGE, RETRY_LOG, CodexReader, reader_for
from runtime_adapters.events import EXIT_NOT_LOGGED_IN, EXIT_UNAVAILABLE
from runtime_adapters.stream_agent import (
    GO_ON,
    PROBE_TIMED_OUT,
    AdapterError,
    Launch,
    Session,
    extra_arguments,
    find_program,
    main,
    probe,
    require_program,
)

TESTED = "0.169"
SANDBOX = "workspace-write"
NO_SANDBOX = "danger-full-access"
SANDBOX_WORDS = "codex workspace-write: writes in the worktree and the temp folder only, no network"
NO_SANDBOX_WORDS = "none: codex may write everywhere and use the network"
NETWORK_WORDS = "codex workspace-write: writes in the worktree and the temp folder only; the network is open"
UNCONFINED = (NO_SANDBOX, "--dangerously-bypass-approvals-and-sandbox", "--yolo")
CAPABILITIES = ["resume", "sandbox", "takeover"]
TAKEOVER = ["codex", "resume", "{session}"]
PROBE_SECONDS = 2.5
START_SECONDS = 10.0
SETTINGS = (
    "project_doc_max_bytes=0",
    "skills.include_instructions=false",
    "features.plugins=false",
    'approval_policy="never"',
    "sandbox_workspace_write.network_access=false",
)
PATIENCE = 0.9
"""Of the engine's idle time: silence of the model is trouble with its server, and must not count against the work."""
PROVIDER = "meta"
RETRIES = 1
"""Of codex itself; the engine has the patience."""


class Codex:
    """The runtime `codex`."""

    name = "codex"

    def detect(self) -> dict[str, object]:
        """Version, log-in, sandbox; three short commands."""
        program = find_program(self.name)
        if program is None:
            return {"installed": False, "version": "", "logged_in": "unknown", "capabilities": CAPABILITIES}
        trouble = sandbox_trouble(program)
        return {
            "installed": True,
            "version": version(program),
            "logged_in": logged_in(program),
            "capabilities": CAPABILITIES,
            "sandbox": f"none of use: {trouble}" if trouble else SANDBOX_WORDS,
            "takeover": TAKEOVER,
        }

    def launch(self, session: Session, resume: str | None) -> Launch:
        """How to start codex. Raises AdapterError, also when its sandbox does not work here."""
        options = session.options
        program = require_program(self.name, options)
        sandbox = options.get("sandbox", SANDBOX)
        if sandbox not in (SANDBOX, NO_SANDBOX):
            raise AdapterError(f"option `sandbox` is {sandbox!r}: {SANDBOX!r} or {NO_SANDBOX!r} is expected")
        if sandbox == SANDBOX and (trouble := sandbox_trouble(program, START_SECONDS)):
            raise AdapterError(
                f"codex's sandbox does not work here, so no command would run: {trouble}", EXIT_UNAVAILABLE
            )
        found = version(program)
        notices = [] if found.startswith(f"{TESTED}.") else [f"this is codex {found or '?'}; tested is {TESTED}"]
        if resume and not has_thread(resume):
            notices.append(f"codex does not know its session {resume} any more: it starts afresh")
            resume = None
        settings = [*SETTINGS, f'sandbox_mode="{sandbox}"', *_temp_settings(session.worktree), *_provider(options)]
        if session.model:
            settings.append(f"model={_toml(session.model)}")
        command = [program, "exec", *(["resume"] if resume else []), "--json", "--skip-git-repo-check"]
        command += [word for setting in settings for word in ("-c", setting)]
        extra = extra_arguments(options)
        command += [*extra, *([resume] if resume else []), "-"]
        return Launch(
            command,
            agent_environment({"RUST_LOG": RETRY_LOG}),
            stdin=GO_ON if resume else session.brief,
            announce={"version": found, "sandbox": in_force(sandbox, extra)},
            notices=tuple(notices),
        )

    def reader(self, session: Session) -> CodexReader:
        """The reader of its stream. Raises AdapterError."""
        idle = session.spec.get("idle_seconds")
        most = idle * PATIENCE if isinstance(idle, int | float) else 0
        network, silence = _seconds(session, "network_seconds", 60), _seconds(session, "silence_seconds", most)
        return reader_for(session.worktree, session.events_path, network, silence)


def _seconds(session: Session, name: str, default: float) -> float:
    text = session.options.get(name, str(default))
    try:
        return float(text)
    except ValueError:
        raise AdapterError(f"option `{name}` is {text!r}: a number of seconds is expected") from None


def version(program: str) -> str:
    """As `0.169.0`; empty if it does not tell."""
    code, output, _ = probe([program, "--version"], PROBE_SECONDS)
    words = output.split()
    return words[-1] if code == 0 and words else ""


def logged_in(program: str) -> bool | str:
    """Whether a log-in is stored. A provider of the user's own needs none, so then it is unknown."""
    if os.environ.get("CODEX_API_KEY"):
        return True
    code, _, errors = probe([program, "login", "status"], PROBE_SECONDS)
    if code == 0:
        return True
    return False if code == 1 and "Not logged in" in errors and not _own_provider() else "unknown"


def in_force(sandbox: str, extra: list[str]) -> str:
    """The sandbox in words; what the user adds to the command line may take it away."""
    if sandbox == NO_SANDBOX or any(word in argument for argument in extra for word in UNCONFINED):
        return NO_SANDBOX_WORDS
    return NETWORK_WORDS if any("network_access=true" in argument for argument in extra) else SANDBOX_WORDS


def sandbox_trouble(program: str, timeout: float = PROBE_SECONDS) -> str:
    """Why commands cannot run in codex's sandbox; empty if they can, or if this codex does not let us try.

    Codex finds its sandbox helper only if its home is not below the temp folder, so the probe gets one of its own, as
    a session does. A sandbox that does not work lets no command run: it fails closed.
    """
    with tempfile.TemporaryDirectory(prefix="meta-probe-") as temporary:
        environment = {**agent_environment({}), "TMPDIR": temporary}
        code, _, errors = probe([program, "sandbox", "true"], timeout, environment)
    if code in (0, EXIT_USAGE, PROBE_TIMED_OUT):
        return ""
    lines = errors.strip().splitlines()
    return lines[-1] if lines else f"exit code {code}"


def has_thread(thread: str) -> bool:
    """Whether codex kept the session."""
    return any((_home() / "sessions").glob(f"*/*/*/*{thread}*"))


def _home() -> Path:
    return Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex")


def _own_provider() -> bool:
    try:
        return "model_provider" in (_home() / "config.toml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _provider(options: Mapping[str, str]) -> list[str]:
    """The settings for a provider of one's own, if `base_url` names one."""
    if not (url := options.get("base_url")):
        return []
    fields = {"name": PROVIDER, "base_url": url, "wire_api": "responses"}
    if key := options.get("key_env"):
        if not os.environ.get(key):
            raise AdapterError(
                f"the environment variable {key}, which should hold the key, is not set", EXIT_NOT_LOGGED_IN
            )
        fields["env_key"] = key
    retries = [f"{name}={RETRIES}" for name in ("request_max_retries", "stream_max_retries")]
    table = ",".join([*(f"{name}={_toml(value)}" for name, value in fields.items()), *retries])
    return [f'model_provider="{PROVIDER}"', f"model_providers.{PROVIDER}={{{table}}}"]


def _temp_settings(worktree: Path) -> list[str]:
    """Where the workspace itself lies in /tmp, the other worktrees there must not be writable."""
    return ["sandbox_workspace_write.exclude_slash_tmp=true"] if worktree.is_relative_to("/tmp") else []


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(Codex(), sys.argv[1:]))
