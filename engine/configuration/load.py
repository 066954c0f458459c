"""Reads the two `meta.toml`: every mistake with its file and line, and what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import ValidationError

from engine.configuration.model import Configuration, Environment, Learning, Limits, Prices, RuntimeSettings
from engine.configuration.places import Place, lines_of
from engine.configuration.secrets import OUTSIDE, is_secret, wants_secret
from engine.document.problems import suggestion
from engine.errors import EXIT_USAGE, MetaError
from engine.names import is_name

FILE = "meta.toml"
APPLICATION = "meta-orchestrator"
GENERAL = ("default", "gen", "review")
PHASE = re.compile(r"phase (?:[0-9]|1[01])")
NO_RUNTIME = "this is no name of a runtime: small letters, digits and _ are expected"
NO_VARIABLE = "this is no name of an environment variable: letters, digits and _ are expected"
WHERE = "; write default, gen, review, phase 0 to phase 11, or the name of a step"
TABLES: dict[str, type[Any]] = {"limits": Limits, "environment": Environment, "prices": Prices, "learning": Learning}


class ConfigurationError(MetaError):
    """One line for each mistake: `file:line: key: what is wrong and what to write`."""

    exit_code = EXIT_USAGE


def users_file() -> Path:
    """The file that holds for all workspaces of this user."""
    return Path(platformdirs.user_config_path(APPLICATION)) / FILE


def load(workspace_root: Path, user_file: Path | None = None) -> Configuration:
    """The workspace's file over the user's, key by key; a missing file says nothing. Raises ConfigurationError."""
    merged: dict[str, Any] = {}
    for path in (user_file or users_file(), workspace_root / FILE):
        merged = merge(merged, read(path))
    return Configuration.model_validate(merged)


def read(path: Path) -> dict[str, Any]:
    """One file, checked; a path in it is made absolute. Raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: it cannot be read: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(_not_toml(path, text, error)) from error
    lines = lines_of(text)
    problems = [f"{path}:{_line(lines, place)}: {'.'.join(map(str, place))}: {said}" for place, said in mistakes(data)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    if prices := data.get("prices", {}).get("file"):
        data["prices"]["file"] = str(path.parent / Path(prices).expanduser())
    return data


def merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; of everything else, lists too, the upper one holds."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def mistakes(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Where and what; a secret is never repeated."""
    secrets = [place for place, text in _texts(data) if is_secret(text)]
    if secrets:
        yield from ((place, OUTSIDE) for place in secrets)
        return
    models = data.get("models", {})
    if isinstance(models, dict):
        yield from _model_mistakes(("models",), models, nested=True)
    try:
        Configuration.model_validate(data)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            yield _told(one["loc"], one["type"], one["msg"])


def unknown_models(configuration: Configuration, steps: Iterable[str], runtimes: Iterable[str]) -> list[str]:
    """Entries of `[models]` that mean nothing: no such step in the document, no such runtime. One sentence each."""
    known_steps, known_runtimes = list(steps), list(runtimes)
    found = []
    for key, value in configuration.models.items():
        if isinstance(value, dict):
            if key in known_steps:
                found.append(f'models.{key}: a step with its substep is one key, in quotes: "{key}.review"')
            elif key not in known_runtimes:
                found.append(f"models.{key}: there is no runtime `{key}`{suggestion(key, known_runtimes)}")
            found += [_no_step(f"models.{key}", each, known_steps) for each in value if _strange(each, known_steps)]
        elif _strange(key, known_steps):
            found.append(_no_step("models", key, known_steps))
    return found


def _strange(key: str, steps: list[str]) -> bool:
    return key not in GENERAL and not PHASE.match(key) and key.partition(".")[0] not in steps


def _no_step(table: str, key: str, steps: list[str]) -> str:
    step = key.partition(".")[0]
    return f'{table}."{key}": the document has no step `{step}`{suggestion(step, [*GENERAL, *steps])}'


def _model_mistakes(place: Place, table: Mapping[str, Any], *, nested: bool) -> Iterator[tuple[Place, str]]:
    for key, value in table.items():
        here = (*place, key)
        if isinstance(value, dict) and nested:
            if is_name(key):
                yield from _model_mistakes(here, value, nested=False)
            else:
                yield here, "a table in [models] is for one runtime, and this is no name of one"
        elif not isinstance(value, str) or not value:
            yield here, 'the name of a model is expected, in quotes; "code.review" as a key needs quotes too'
        elif said := _bad_place(key):
            yield here, said


def _bad_place(key: str) -> str:
    where, dot, substep = key.partition(".")
    if dot and substep not in ("gen", "review"):
        return f"unknown substep `{substep}`{suggestion(substep, ('gen', 'review'))}"
    if PHASE.fullmatch(where) or is_name(where):
        return ""
    near = "" if where.startswith("phase") else suggestion(where, GENERAL)
    return f"unknown place{near or WHERE}"


def _told(place: Place, kind: str, message: str) -> tuple[Place, str]:
    if place[-1] == "[key]":
        return place[:-1], NO_RUNTIME
    if kind == "string_pattern_mismatch":
        return place, NO_RUNTIME if place[0] == "runtimes" else NO_VARIABLE
    if kind != "extra_forbidden":
        return place, f"{message[:1].lower()}{message[1:]}"
    key = str(place[-1])
    if place[0] != "limits" and wants_secret(key):
        return place, OUTSIDE
    return place, f"unknown key{suggestion(key, _known(place))}"


def _known(place: Place) -> list[str]:
    if len(place) == 1:
        return list(Configuration.model_fields)
    model = RuntimeSettings if place[0] == "runtime" else TABLES[str(place[0])]
    return list(model.model_fields)


def _texts(value: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*place, key))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, place)


def _line(lines: Mapping[Place, int], place: Place) -> int:
    """The line of the key, or of the nearest table around it: places in lists have none of their own."""
    return next((lines[place[:length]] for length in range(len(place), 0, -1) if place[:length] in lines), 1)


def _not_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    at = re.search(r" \(at line (\d+), column \d+\)", str(error))
    line = at[1] if at else len(text.splitlines())
    return f"{path}:{line}: this is not TOML: {str(error).replace(at[0], '') if at else error}"
