"""What `meta.toml` says, as one object: the user's file under the workspace's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from engine.document.model import Valves
from engine.document.valves import VALVES

DEFAULT = "default"
KEY_OF_RUNTIME = {"openai": "OPENAI_API_KEY"}
"""Runtimes that can log in by a key only: the variable that holds it where none is named."""
OPTIONS = (
    "command",
    "agent",
    "base_url",
    "key_env",
    "extra_args",
    "api",
    "azure_api_version",
    "max_turns",
    "timeout_seconds",
    "network",
    "unsandboxed",
)
"""Settings of a runtime that its adapter gets as options of the session."""

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
RuntimeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]

CLOSED = ConfigDict(frozen=True, extra="forbid", strict=True)


class RuntimeSettings(BaseModel):
    """One table `[runtime.<name>]`."""

    model_config = CLOSED

    command: str | list[str] | None = None
    agent: str | None = None
    base_url: str | None = None
    key_env: VariableName | None = None
    extra_args: list[str] | None = None
    api: str | None = None
    azure_api_version: str | None = None
    max_turns: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: Seconds | None = None
    network: bool | None = None
    unsandboxed: bool | None = None
    parallel: Annotated[int, Field(ge=1)] | None = None
    env: list[VariableName] = []
    options: dict[str, str] = {}

    def texts(self) -> dict[str, str]:
        """The options of the session: texts only, a list as JSON, a switch that is on as "1"."""
        given = {name: getattr(self, name) for name in OPTIONS}
        return {**{name: _text(value) for name, value in given.items() if value not in (None, False)}, **self.options}


class Environment(BaseModel):
    """The table `[environment]`."""

    model_config = CLOSED

    allow: list[VariableName] = []


class Prices(BaseModel):
    """The table `[prices]`."""

    model_config = CLOSED

    file: str | None = None


class Learning(BaseModel):
    """The table `[learning]`."""

    model_config = CLOSED

    record: bool = True
    """Whether a finished run is added to the user's own record of how cards fare."""


def _limits() -> type[BaseModel]:
    """A field for each safety valve of the document, with the valve's own bounds."""
    fields: dict[str, Any] = {}
    for valve in VALVES:
        kind: type = int if valve.whole else float
        bounds = Field(ge=valve.least, le=valve.most, allow_inf_nan=None if valve.whole else False)
        fields[valve.field] = (Annotated[kind, bounds] | None, None)
    return create_model("Limits", __config__=CLOSED, __doc__="The table `[limits]`.", **fields)


Limits = _limits()


class Configuration(BaseModel):
    """Everything that is set; what is not set is left to whoever asks."""

    model_config = CLOSED

    runtimes: list[RuntimeName] | None = None
    """In this order: the next one is taken when one cannot go on."""
    jobs: Annotated[int, Field(ge=1, le=64)] | None = None
    models: dict[str, Any] = {}
    """Where → model, or runtime → (where → model)."""
    runtime: dict[RuntimeName, RuntimeSettings] = {}
    limits: Limits = Field(default_factory=Limits)  # type: ignore[valid-type]
    environment: Environment = Environment()
    prices: Prices = Prices()
    learning: Learning = Learning()

    def model_for(self, runtime: str, phase: int, step: str, substep: str) -> str | None:
        """The model of a session: the runtime's own table first, and in a table the most particular entry."""
        own = self.models.get(runtime)
        places = (f"{step}.{substep}", step, f"phase {phase}.{substep}", f"phase {phase}", substep, DEFAULT)
        for table in (own if isinstance(own, dict) else {}, self.models):
            for place in places:
                if isinstance(model := table.get(place), str):
                    return model
        return None

    def options_for(self, runtime: str) -> dict[str, str]:
        """What session.json tells the runtime's adapter."""
        return self._settings(runtime).texts()

    def environment_for(self, runtime: str, environ: Mapping[str, str]) -> dict[str, str]:
        """The variables to pass on to a session of the runtime; one that is not set is left out."""
        settings = self._settings(runtime)
        key = settings.key_env or KEY_OF_RUNTIME.get(runtime)
        names = [*self.environment.allow, *settings.env, *([key] if key else [])]
        return {name: environ[name] for name in names if name in environ}

    def parallel_for(self, runtime: str) -> int | None:
        """How many sessions of the runtime may run at once; None is no limit of its own."""
        return self._settings(runtime).parallel

    def valves(self, document: Valves) -> Valves:
        """The document's safety valves with the limits set here in place of its own."""
        return replace(document, **self.limits.model_dump(exclude_none=True))  # type: ignore[attr-defined]

    def prices_file(self) -> Path | None:
        """The price table that lies over the packaged one."""
        return Path(self.prices.file) if self.prices.file else None

    def _settings(self, runtime: str) -> RuntimeSettings:
        return self.runtime.get(runtime) or RuntimeSettings()


def _text(value: object) -> str:
    if value is True:
        return "1"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
