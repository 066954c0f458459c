"""The `openai` adapter: any server that speaks OpenAI's API, through pydantic-ai, with tools of its own.

This module holds the verbs and the options; what needs the library is in `openai_run`, imported for a session only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from runtime_adapters.events import EXIT_BAD_CONFIGURATION, EXIT_DONE, EXIT_NOT_LOGGED_IN, EventWriter
from runtime_adapters.openai_commands import find
from runtime_adapters.stream_agent import AdapterError, Ending, Session, finish

DISTRIBUTION = "pydantic-ai-slim"
INSTALL = "pip install 'meta-orchestrator[openai]'"
DEFAULT_KEY_ENV = "OPENAI_API_KEY"
PATIENCE_SECONDS = 600.0
NO_KEY = "none"
"""Sent to a server that needs no key: the client wants something in its place."""


@dataclass(frozen=True, slots=True)
class Options:
    """What session.json says of the server and the session, checked. `key` is None where none is set."""

    model: str
    base_url: str | None
    key: str | None
    api: str
    azure_api_version: str | None
    max_turns: int
    timeout_seconds: float
    network: bool
    unsandboxed: bool


def main(arguments: list[str]) -> int:
    """`detect` or `spawn DIR`; returns the exit code."""
    match arguments:
        case ["detect"]:
            print(json.dumps(detected()))
            return EXIT_DONE
        case ["spawn", folder]:
            return spawn(Path(folder))
        case _:
            print("usage: openai_adapter.sh detect | spawn DIR", file=sys.stderr)
            return EXIT_BAD_CONFIGURATION


def detected() -> dict[str, object]:
    """Whether the library is there. Whether a key is needed, and right, only a request could tell."""
    installed = find_spec("pydantic_ai") is not None and find_spec("openai") is not None
    try:
        found = f"pydantic-ai {version(DISTRIBUTION)}" if installed else ""
    except PackageNotFoundError:
        found = "pydantic-ai, version unknown"
    commands = find(Path(), network=False, unsandboxed=False)
    sandbox = f"file tools: the worktree only; commands: {commands.sandbox if commands else 'not available'}"
    return {"installed": installed, "version": found, "logged_in": "unknown", "capabilities": [], "sandbox": sandbox}


def spawn(folder: Path) -> int:
    """Run a session to its end."""
    try:
        session = Session.load(folder)
    except AdapterError as error:
        print(error, file=sys.stderr)
        return error.code
    writer = EventWriter(session.events_path)
    try:
        return finish(writer, _run(session, writer))
    finally:
        writer.close()


def _run(session: Session, writer: EventWriter) -> Ending:
    try:
        options = read_options(session.model, _patient(session), os.environ)
    except AdapterError as error:
        return Ending(error.code, str(error))
    try:
        from runtime_adapters import openai_run
    except ImportError as error:
        reason = f"the library of the openai runtime is missing ({error.name}): {INSTALL}"
        return Ending(EXIT_BAD_CONFIGURATION, reason)
    return openai_run.run(session, options, writer)


def _patient(session: Session) -> dict[str, str]:
    """The options, with a patience that ends before the engine's: a silent server is no failure of the work."""
    idle = session.spec.get("idle_seconds")
    most = idle * 2 / 3 if isinstance(idle, int | float) and idle > 0 else PATIENCE_SECONDS
    return {"timeout_seconds": str(min(PATIENCE_SECONDS, most)), **session.options}


def read_options(model: str | None, options: Mapping[str, str], environ: Mapping[str, str]) -> Options:
    """The options, checked. Raises AdapterError: what is wrong with which one."""
    if not model:
        raise AdapterError("no model is named: set it in meta.toml, [models.openai] default = …")
    api = options.get("api", "chat")
    if api not in ("chat", "responses"):
        raise AdapterError(f'option `api` is {api!r}: "chat" or "responses" is expected')
    base_url = options.get("base_url") or None
    if base_url and not base_url.startswith(("http://", "https://")):
        raise AdapterError(f"option `base_url` is {base_url!r}: an address with http:// or https:// is expected")
    azure = options.get("azure_api_version") or None
    if azure and not base_url:
        raise AdapterError("option `azure_api_version` needs `base_url`: https://<resource>.openai.azure.com")
    return Options(
        model=model,
        base_url=base_url,
        key=_key(options, environ, needed=base_url is None or azure is not None),
        api=api,
        azure_api_version=azure,
        max_turns=int(_number(options, "max_turns", "100", whole=True)),
        timeout_seconds=_number(options, "timeout_seconds", str(PATIENCE_SECONDS)),
        network=options.get("network") == "1",
        unsandboxed=options.get("unsandboxed") == "1",
    )


def _key(options: Mapping[str, str], environ: Mapping[str, str], *, needed: bool) -> str | None:
    named = options.get("key_env")
    name = named or DEFAULT_KEY_ENV
    key = environ.get(name) or None
    if key is None and (needed or named):
        raise AdapterError(f"there is no key: the environment variable {name} is not set", EXIT_NOT_LOGGED_IN)
    return key


def _number(options: Mapping[str, str], name: str, default: str, *, whole: bool = False) -> float:
    text = options.get(name, default)
    try:
        number = float(int(text) if whole else text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        kind = "a whole number" if whole else "a number"
        raise AdapterError(f"option `{name}` is {text!r}: {kind} above 0 is expected")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
