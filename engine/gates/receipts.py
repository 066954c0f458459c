"""Receipts: what a check ran and what came out. The engine's only ground for calling something done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.secrets import without
from engine.state.atomic import dump_json, write_atomic
from engine.state.explain import broken_by

RECEIPTS = Path(".orchestrator", "receipts")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Receipt(BaseModel):
    """One run of one check of one commit. `scope` says of which files and folders it speaks: path → git id.

    `check` is the toolchain's name of the command, `about` the LEGO it was run for (None: the app), `command` what ran,
    with no path into the checkout it ran in, `variables` what the toolchain added to the environment (None in receipts
    older than this field). `real` are the LEGOs that were real in it, None meaning all. `conclusive` says whether the
    toolchain knows the exit code; `broken` are files whose tests could not be loaded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    id: str
    step: str
    lego: str | None = None
    sentence: str
    commit: str
    scope: dict[str, str]
    check: str
    about: str | None = None
    command: list[str]
    variables: dict[str, str] | None = None
    real: list[str] | None = None
    fake: list[str] = []
    empty: list[str] = []
    environment: str
    sandbox: str
    expects: Literal["pass", "fail"] = "pass"
    exit_code: int
    conclusive: bool = True
    passed: list[str] = []
    failed: list[str] = []
    skipped: list[str] = []
    broken: list[str] = []
    duration: float
    at: str
    output: str = ""

    @property
    def green(self) -> bool:
        """Whether it came out as expected; what did not run, or ran in part, never is."""
        if self.skipped or self.broken or not self.conclusive:
            return False
        if self.expects == "pass":
            return self.exit_code == 0 and bool(self.passed) and not self.failed
        return self.exit_code != 0 and bool(self.failed) and not self.passed


class ReceiptStore:
    """The receipts of a workspace, one file each under `.orchestrator/receipts/`."""

    def __init__(self, workspace: Path) -> None:
        self.folder = workspace / RECEIPTS

    def save(self, receipt: Receipt) -> Path:
        """Write a receipt, without secrets that the command printed; when this returns it survives a power cut."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(receipt.id)
        output, found = without(receipt.output, "")
        write_atomic(path, dump_json(receipt.model_copy(update={"output": output}) if found else receipt))
        return path

    def load(self, receipt_id: str) -> Receipt:
        """The receipt of that id. Raises KeyError if there is none, BrokenState if it cannot be trusted."""
        path = self._path(receipt_id)
        if not path.is_file():
            raise KeyError(receipt_id)
        return _read(path)

    def all(self) -> list[Receipt]:
        """Every receipt, oldest first. Raises BrokenState."""
        return sorted((_read(path) for path in self._files()), key=lambda receipt: (receipt.at, receipt.id))

    def latest(self) -> dict[tuple[str, str | None, str], Receipt]:
        """The newest receipt of each (step, LEGO, sentence)."""
        return {(receipt.step, receipt.lego, receipt.sentence): receipt for receipt in self.all()}

    def next_id(self, step: str, lego: str | None, about: str) -> str:
        """A free id: step, LEGO, the beginning of the id of what it is about, a number: `code-store-3f2a91c0-1`."""
        start = "-".join([step, *([lego] if lego else []), about[:8], ""])
        taken = [path.stem.removeprefix(start) for path in self.folder.glob(f"**/{start}*.json")]
        return f"{start}{max((int(number) for number in taken if number.isdecimal()), default=0) + 1}"

    def _files(self) -> Iterator[Path]:
        return (path for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def _path(self, receipt_id: str) -> Path:
        if not _ID.fullmatch(receipt_id):
            raise KeyError(receipt_id)
        return self.folder / f"{receipt_id}.json"


def _read(path: Path) -> Receipt:
    try:
        return Receipt.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise broken_by(path, error) from error
