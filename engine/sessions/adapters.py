"""Finds adapters: executables named `<runtime>_adapter.sh` (or any other ending), the user's own folders first.

A runtime may also be a known agent of the `acp` adapter: `gemini` is `acp` with the option agent=gemini.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import runtime_adapters
from engine.errors import RuntimeUnavailable
from engine.sessions.host import environment
from engine.sessions.processes import sweep
from runtime_adapters.acp.presets import PRESETS

PACKAGED = Path(runtime_adapters.__file__).resolve().parent
FILE_NAME = re.compile(r"(?P<name>[a-z][a-z0-9_]*?)(?:_cli)?_adapter(?:\.[a-z]+)?")
DETECT_SECONDS = 20.0
ACP = "acp"
TOLD_AT_DETECT = ("command", "agent")
"""Options that `detect` must know: it has no session folder, so they are variables of its environment."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The adapter behind the name of a runtime, and the options that come with the name."""

    path: Path
    options: dict[str, str] = field(default_factory=dict)


def resolve(name: str, extra_paths: Iterable[Path] = ()) -> Resolved:
    """The adapter of a runtime, or `acp` for one of its agents. Raises RuntimeUnavailable, which names the known ones.

    `gemini` and `codex_acp` (or `codex-acp`) are agents; where an adapter has the agent's name, as with `copilot`, the
    agent is `copilot_acp`.
    """
    folders = list(extra_paths)
    adapters = known(folders)
    agent = acp_agents(adapters).get(name.replace("-", "_"))
    if name not in adapters and agent and ACP in adapters:
        return Resolved(adapters[ACP], {"agent": agent})
    return Resolved(find(name, folders))


def acp_agents(adapters: Iterable[str]) -> dict[str, str]:
    """Name as a runtime → preset, for all known agents of `acp`."""
    taken = set(adapters)
    names = {preset: preset.replace("-", "_") for preset in PRESETS}
    return {f"{name}_acp" if name in taken else name: preset for preset, name in names.items()}


def name_of(path: Path) -> str | None:
    """The runtime that the name of an adapter's file tells; None if it is no such name."""
    match = FILE_NAME.fullmatch(path.name)
    return match["name"] if match else None


def detect_environment(path: Path, options: Mapping[str, str]) -> dict[str, str]:
    """The variables through which `detect` learns of options: META_CODEX_COMMAND, META_ACP_AGENT."""
    name = (name_of(path) or "").upper()
    return {f"META_{name}_{option.upper()}": options[option] for option in TOLD_AT_DETECT if options.get(option)}


def known(extra_paths: Iterable[Path] = ()) -> dict[str, Path]:
    """Name → executable of all adapters; an earlier folder wins over a later one, and all over the packaged."""
    found: dict[str, Path] = {}
    for folder in [*extra_paths, PACKAGED]:
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            match = FILE_NAME.fullmatch(path.name)
            if match and path.is_file() and os.access(path, os.X_OK):
                found.setdefault(match["name"], path.resolve())
    return found


def find(name: str, extra_paths: Iterable[Path] = ()) -> Path:
    """The adapter of a runtime. Raises RuntimeUnavailable, which names the known ones."""
    folders = list(extra_paths)
    adapters = known(folders)
    if name in adapters:
        return adapters[name]
    looked = ", ".join(str(folder) for folder in [*folders, PACKAGED])
    raise RuntimeUnavailable(
        f"there is no runtime {name!r}. Known: {', '.join(sorted({*adapters, *acp_agents(adapters)}))}. "
        f"An adapter is an executable file {name}_adapter.sh in one of: {looked}"
    )


def detect(path: Path, timeout: float = DETECT_SECONDS, extras: Mapping[str, str] | None = None) -> dict[str, object]:
    """What the adapter says of its runtime: installed, version, logged_in, capabilities. Raises RuntimeUnavailable.

    `extras`: variables for it, beside the allowed ones; see `detect_environment`.
    """
    code, output, errors = _run(path, timeout, extras)
    if code != 0:
        said = f": {errors.strip().splitlines()[-1]}" if errors.strip() else ""
        raise RuntimeUnavailable(f"`{path} detect` ended with exit code {code}{said}")
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise RuntimeUnavailable(f"`{path} detect` did not answer with JSON: {error}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("installed"), bool):
        raise RuntimeUnavailable(f"`{path} detect`: a JSON object with `installed` true or false is expected")
    return answer


def can_resume(path: Path) -> bool:
    """Whether the adapter can go on with an interrupted session. Raises RuntimeUnavailable."""
    capabilities = detect(path).get("capabilities")
    return isinstance(capabilities, list) and "resume" in capabilities


def _run(path: Path, timeout: float, extras: Mapping[str, str] | None) -> tuple[int, str, str]:
    marker = uuid.uuid4().hex
    try:
        process = subprocess.Popen(
            [str(path), "detect"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment(marker, extras),
        )
    except OSError as error:
        raise RuntimeUnavailable(f"{path} cannot be run: {error.strerror}") from error
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        # What it asked may hang in a process group of its own, and would keep the pipes open.
        for pid in {process.pid, *sweep(marker)}:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
        raise RuntimeUnavailable(f"`{path} detect` gave no answer within {timeout:g} s") from None
    return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")
