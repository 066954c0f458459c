"""What all known runtimes say of themselves, asked at once and without a model call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from engine.configuration import Configuration
from engine.errors import RuntimeUnavailable
from engine.sessions.adapters import ACP, Resolved, acp_agents, detect, detect_environment, known, resolve

PROBE_SECONDS = 1.8
"""For each. All are asked at once, so the command as a whole stays under 3 s."""
UNKNOWN = "unknown"
NONE_TOLD = "none of its own"


@dataclass(frozen=True, slots=True)
class Told:
    """One runtime. `installed` None: it did not say; `trouble` says why, or why it cannot be used."""

    name: str
    adapter: str
    installed: bool | None
    version: str = ""
    logged_in: bool | str = UNKNOWN
    sandbox: str = ""
    capabilities: tuple[str, ...] = ()
    takeover: tuple[str, ...] = ()
    trouble: str = ""


def survey(
    folders: Sequence[Path], configuration: Configuration, environ: Mapping[str, str], seconds: float = PROBE_SECONDS
) -> list[Told]:
    """Every known runtime, by name; the agents of `acp` as runtimes of their own."""
    adapters = known(folders)
    names = {*adapters, *(acp_agents(adapters) if ACP in adapters else ())}
    if not names:
        return []
    with ThreadPoolExecutor(len(names)) as at_once:
        asked = [
            at_once.submit(ask, name, resolve(name, folders), configuration, environ, seconds) for name in sorted(names)
        ]
        return [one.result() for one in asked]


def ask(
    name: str, resolved: Resolved, configuration: Configuration, environ: Mapping[str, str], seconds: float
) -> Told:
    """What one runtime says, with the configured command and environment."""
    options = {**resolved.options, **configuration.options_for(name)}
    extras = {**configuration.environment_for(name, environ), **detect_environment(resolved.path, options)}
    try:
        answer = detect(resolved.path, seconds, extras)
    except RuntimeUnavailable as error:
        return Told(name, str(resolved.path), None, trouble=str(error))
    return from_answer(name, str(resolved.path), answer)


def from_answer(name: str, adapter: str, answer: Mapping[str, object]) -> Told:
    """The answer of a probe; what has another type than the interface says counts as left out."""
    installed = answer.get("installed") is True
    logged_in = answer.get("logged_in")
    return Told(
        name,
        adapter,
        installed,
        version=_text(answer, "version"),
        logged_in=logged_in if isinstance(logged_in, bool) else UNKNOWN,
        sandbox=_text(answer, "sandbox") or NONE_TOLD,
        capabilities=_texts(answer, "capabilities"),
        takeover=_texts(answer, "takeover"),
        trouble=_text(answer, "reason") or ("" if installed else "it is not installed"),
    )


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _texts(answer: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = answer.get(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
