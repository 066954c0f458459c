"""What the report says of one case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Judgement = Literal["pass", "fail", "not checked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the report. `found` with a failure, `why` where the case was not checked."""

    name: str
    judgement: Judgement
    expected: str
    found: str = ""
    log: str = ""
    """The folder to look into."""
    why: str = ""

    def line(self) -> str:
        """As a person reads it."""
        head = f"{'FAIL' if self.judgement == 'fail' else self.judgement:11}  {self.name:13}  {self.expected}"
        if self.judgement == "fail":
            return f"{head}; found: {self.found}; see {self.log}"
        return f"{head}: {self.why}" if self.why else head


def passed(name: str, expected: str) -> Verdict:
    """The rule is kept."""
    return Verdict(name, "pass", expected)


def failed(name: str, expected: str, found: str, log: Path) -> Verdict:
    """The rule is broken."""
    return Verdict(name, "fail", expected, found=" ".join(found.split()), log=str(log))


def unchecked(name: str, expected: str, why: str) -> Verdict:
    """The rule could not be tried."""
    return Verdict(name, "not checked", expected, why=why)
