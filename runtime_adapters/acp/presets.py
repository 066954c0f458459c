"""Which agent: the known ones as a table, and the command and environment that the options of a session ask for."""

from __future__ import annotations

import difflib
import json
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from runtime_adapters.agent_environment import agent_environment
from runtime_adapters.events import EXIT_UNAVAILABLE
from runtime_adapters.stream_agent import AdapterError, extra_arguments

OPENCODE_CONFIG = "OPENCODE_CONFIG_CONTENT"


@dataclass(frozen=True, slots=True)
class Preset:
    """One known agent. `{model}` and `{session}` in its arguments are filled in."""

    name: str
    command: tuple[str, ...]
    says_it_is: str
    """`agentInfo.name` in its answer to `initialize`."""
    model_arguments: tuple[str, ...] = ()
    model_variable: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    needs_model: bool = False
    """Without a model it sends the brief to a hosted model of a third party, logged in or not."""
    errors_are_text: bool = False
    """A failed model call ends the turn as if it were done; only the last text says "Error: …"."""
    takeover: tuple[str, ...] = ()
    """Opens a session in the agent's own interface, in the same folder."""


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "gemini",
            ("gemini", "--acp"),
            "gemini-cli",
            model_arguments=("-m", "{model}"),
            environment={"GEMINI_CLI_NO_RELAUNCH": "true"},  # its launcher would ignore signals
            takeover=("gemini", "--resume", "{session}"),
        ),
        Preset(
            "opencode",
            ("opencode", "acp"),
            "OpenCode",
            environment={"OPENCODE_DISABLE_AUTOUPDATE": "1"},
            needs_model=True,
            takeover=("opencode", "--session", "{session}"),
        ),
        Preset(
            "copilot",
            ("copilot", "--acp"),
            "Copilot",
            model_variable="COPILOT_MODEL",
            environment={"COPILOT_AUTO_UPDATE": "false"},
            errors_are_text=True,
            takeover=("copilot", "--resume={session}"),
        ),
        Preset(
            "codex-acp",
            # It starts read-only, where writes fail without a word, and would ask for each command.
            ("codex-acp", "-c", 'sandbox_mode="workspace-write"', "-c", 'approval_policy="never"'),
            "codex-acp",
            model_arguments=("-c", 'model="{model}"'),
            takeover=("codex", "resume", "{session}"),
        ),
        Preset(
            "claude-agent-acp",
            ("claude-agent-acp",),
            "@zed-industries/claude-agent-acp",
            model_variable="ANTHROPIC_MODEL",
            environment={"DISABLE_AUTOUPDATER": "1"},
            takeover=("claude", "--resume", "{session}"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class AcpLaunch:
    """The agent to start. `model`: the one it must use, None if it may choose."""

    command: list[str]
    environment: dict[str, str]
    preset: Preset | None
    model: str | None

    def is_told_the_model(self) -> bool:
        """Whether its command line or environment names the model already."""
        preset = self.preset
        return preset is not None and bool(preset.model_arguments or preset.model_variable or preset.needs_model)


def resolve(options: Mapping[str, str], model: str | None) -> AcpLaunch:
    """The agent that options `agent`, `command` and `extra_args` ask for. Raises AdapterError."""
    command, preset = chosen(options.get("agent", ""), options.get("command", ""))
    environment = agent_environment(preset.environment if preset else {})
    if preset and preset.needs_model:
        model = _configure_opencode(environment, model)
    if preset and model:
        command += [word.replace("{model}", model) for word in preset.model_arguments]
        environment.update({preset.model_variable: model} if preset.model_variable else {})
    command += extra_arguments(options)
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        raise AdapterError(f"{command[0]} is not installed: there is no such program on PATH", EXIT_UNAVAILABLE)
    return AcpLaunch(command, environment, preset, model)


def chosen(agent: str, command: str) -> tuple[list[str], Preset | None]:
    """The command line without the model, and what is known of the agent. Raises AdapterError.

    `command` wins over the preset's own; what is known of the preset holds all the same.
    """
    if agent and agent not in PRESETS:
        near = difflib.get_close_matches(agent, PRESETS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise AdapterError(
            f"option `agent` is {agent!r}: {hint}Known: {', '.join(PRESETS)}; any other by option `command`"
        )
    if command:
        words = _words(command)
        return words, PRESETS.get(agent or PurePath(words[0]).name)
    if agent:
        return list(PRESETS[agent].command), PRESETS[agent]
    raise AdapterError(f"which agent? Set option `agent` to one of {', '.join(PRESETS)}, or option `command`")


def known_as(name: str) -> Preset | None:
    """The preset of an agent that calls itself so."""
    return next((preset for preset in PRESETS.values() if preset.says_it_is == name), None)


def _words(command: str) -> list[str]:
    try:
        words = json.loads(command) if command.lstrip().startswith("[") else shlex.split(command)
    except ValueError as error:
        raise AdapterError(f"option `command` is {command}: {error}") from None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise AdapterError(f"option `command` is {command}: a JSON list of texts, or words as in a shell, are expected")
    return words


def _configure_opencode(environment: dict[str, str], model: str | None) -> str:
    """Name the model in the configuration that opencode reads from its environment; the user's other settings stay."""
    text = environment.get(OPENCODE_CONFIG, "") or "{}"
    try:
        config = json.loads(text)
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise AdapterError(f"{OPENCODE_CONFIG} is no JSON object")
    model = model or config.get("model")
    if not isinstance(model, str) or not model:
        raise AdapterError(
            "opencode needs a model (provider/name): without one it sends the brief to a hosted model of a third party"
        )
    # The small model writes titles: it reads the brief too.
    told = {"autoupdate": False, "share": "disabled", "small_model": model, **config, "model": model}
    environment[OPENCODE_CONFIG] = json.dumps(told)
    return model
