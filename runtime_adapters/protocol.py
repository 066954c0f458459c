"""What engine and adapters say to each other, as typed values: `session.json`, `result.json`, events, exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
    model_validator,
)

from runtime_adapters.events import (
    EVENT_KINDS,
    EXIT_BAD_CONFIGURATION,
    EXIT_CONTEXT_OVERFLOW,
    EXIT_DONE,
    EXIT_NOT_LOGGED_IN,
    EXIT_RATE_LIMITED,
    EXIT_UNAVAILABLE,
    RAW,
    Event,
    EventWriter,
    last_events,
    parse_event,
    read_events,
)

__all__ = [
    "ANSWER",
    "EVENT_KINDS",
    "EXIT_BAD_CONFIGURATION",
    "EXIT_CONTEXT_OVERFLOW",
    "EXIT_DONE",
    "EXIT_NOT_LOGGED_IN",
    "EXIT_RATE_LIMITED",
    "EXIT_UNAVAILABLE",
    "RAW",
    "Blame",
    "Event",
    "EventWriter",
    "Result",
    "ResultError",
    "SessionSpec",
    "WisdomChoice",
    "last_events",
    "parse_event",
    "parse_result",
    "read_events",
    "read_result",
]

ANSWER = ".session/result.json"
"""Where in its worktree an agent writes its result."""

MAX_RESULT_BYTES = 1024 * 1024


class WisdomChoice(BaseModel):
    """A card of wisdom that was put into the brief, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    why: str = ""


class SessionSpec(BaseModel):
    """`session.json`: what runs, where, by which runtime. Written by the engine before the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    id: str
    step: str
    lego: str | None = None
    phase: int
    substep: Literal["gen", "review"]
    attempt: int = Field(ge=1)
    runtime: str
    adapter: str
    """Path of the adapter's executable."""
    model: str | None = None
    worktree: str
    """Absolute path: the folder the agent works in."""
    folder: str = ""
    """Absolute path of the session folder this was written for; a copy of the workspace is told apart by it."""
    outputs: list[str] = []
    """Paths the session may write; one that ends with "/" is a folder with everything below it."""
    brief_sha256: str
    base: str
    """The commit the worktree started from."""
    deadline_seconds: float = Field(default=0, ge=0)
    """0: none."""
    idle_seconds: float = Field(default=0, ge=0)
    """0: none."""
    marker: str = Field(min_length=1)
    """Value of META_SESSION in the environment of every process of this session; no other session has it."""
    sandbox: str = ""
    """Which sandbox is in force, in words."""
    hidden: str = ""
    """Absolute path of a folder (the workspace) of which the session sees only its worktree and session folder."""
    options: dict[str, str] = {}
    wisdom: list[WisdomChoice] = []
    budget: dict[str, float] = {}

    @field_validator("worktree")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not PurePosixPath(value).is_absolute():
            raise ValueError("an absolute path is expected")
        return value


class Blame(BaseModel):
    """Whose fault a failure is, by the agent's account."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    step: str
    lego: str | None = None
    reason: str


def _by_id(value: object) -> object:
    """A plain list of comment ids is taken as ids without a word on how."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value, "")
    return value


class Result(BaseModel):
    """`result.json`: the session's answer. Fields it does not know are ignored, here and only here."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    status: Literal["done", "failed", "needs_input"]
    confidence_score: float | None = Field(default=None, ge=0, le=1)
    summary: str = ""
    artifacts: list[str] = []
    review_notes: list[str] = []
    questions: list[str] = []
    blame: Blame | None = None
    comments_met: Annotated[dict[str, str], BeforeValidator(_by_id)] = {}
    """Id of a person's comment → how it was met."""
    essence_clarity: float | None = Field(default=None, ge=0, le=1)
    decisions: dict[str, JsonValue] = {}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.status == "done" and self.confidence_score is None:
            raise ValueError("`confidence_score` is missing: with status done, a number from 0 to 1 is expected")
        if self.status == "done" and not self.summary.strip():
            raise ValueError("`summary` is missing: with status done, a sentence on what was made is expected")
        if self.status == "needs_input" and not self.questions:
            raise ValueError("`questions` is empty: with status needs_input, at least one question is expected")
        return self


class ResultError(ValueError):
    """`str(error)` is a sentence that names the field and what is expected."""


EXPECTED = {
    "status": '"done", "failed" or "needs_input"',
    "confidence_score": "a number from 0 to 1",
    "summary": "a text",
    "artifacts": "a list of paths",
    "review_notes": "a list of texts",
    "questions": "a list of texts",
    "blame": 'an object with "step", "lego" (or null) and "reason"',
    "comments_met": "an object: id of the comment → how it was met",
    "essence_clarity": "a number from 0 to 1",
    "decisions": "an object",
}


def read_result(path: Path) -> Result:
    """The result in a file. Raises ResultError when it is missing, no plain file, too large or invalid."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise ResultError(f"there is no {path.name}: the session must write {ANSWER} in its worktree") from None
    if not stat.S_ISREG(status.st_mode):
        raise ResultError(f"{path.name} is not a plain file")
    if status.st_size > MAX_RESULT_BYTES:
        raise ResultError(f"{path.name} has {status.st_size} bytes: at most {MAX_RESULT_BYTES} are read")
    return parse_result(path.read_bytes(), path.name)


def parse_result(data: bytes, name: str = "result.json") -> Result:
    """The result in JSON text. A field that is null counts as left out. Raises ResultError."""
    try:
        plain = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{name} is not JSON: {error}") from None
    if not isinstance(plain, dict):
        raise ResultError(f"{name}: an object with `status`, `confidence_score` and `summary` is expected")
    try:
        return Result.model_validate({field: value for field, value in plain.items() if value is not None})
    except ValidationError as error:
        raise ResultError(f"{name}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if not first["loc"]:
        return first["msg"].removeprefix("Value error, ")
    field = str(first["loc"][0])
    expected = EXPECTED[field]
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return f"`{field}` is missing: {expected} is expected"
    found = json.dumps(first["input"], ensure_ascii=False)
    found = found if len(found) <= 80 else f"{found[:80]}…"
    where = f"`{field}`" if len(first["loc"]) == 1 else f"`{field}` (at {'.'.join(map(str, first['loc'][1:]))})"
    return f"{where} is {found}: {expected} is expected"
