"""What is wrong with a file, in words a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.errors import BrokenState

REPAIR = "Nothing was changed. Repair it with: meta doctor --rebuild"

_KNOWN = {
    "extra_forbidden": "is not a field of this file",
    "missing": "is missing",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file a person wrote."""

    file: Path
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.field}" if self.field else str(self.file)
        return f"{where}: {self.message}"


def problems(file: Path, error: ValidationError) -> list[Problem]:
    """The problems that pydantic found, field by field."""
    found = []
    for detail in error.errors(include_url=False):
        message = _KNOWN.get(detail["type"]) or _expected(detail["msg"])
        if detail["type"] not in (*_KNOWN, "json_invalid"):
            message += f" (it is {_short(detail['input'])})"
        found.append(Problem(file, ".".join(map(str, detail["loc"])), message))
    return found


def broken(file: Path, where: str, message: str, repair: str = REPAIR) -> BrokenState:
    """The error for a file of the engine that cannot be trusted."""
    return BrokenState(f"{Problem(file, where, message)}. {repair}")


def broken_by(file: Path, error: ValidationError, where: str = "") -> BrokenState:
    """As `broken`, for the first problem that pydantic found; `where` goes before its field."""
    first = problems(file, error)[0]
    return broken(file, ": ".join(filter(None, (where, first.field))), first.message)


def _expected(message: str) -> str:
    return message.replace("Input should be", "expected").replace("Invalid JSON", "is not valid JSON").rstrip(".")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
