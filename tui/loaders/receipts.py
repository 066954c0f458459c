"""The receipts of one LEGO, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui.format import timestamp
from tui.sanitize import clean


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What one check ran and what came out."""

    id: str
    step: str
    lego: str
    sentence: str
    check: str
    green: bool
    command: str
    exit_code: int
    duration: float
    sandbox: str
    commit: str
    at: float | None
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    real: tuple[str, ...] | None = None
    fake: tuple[str, ...] = ()
    expects: str = "pass"
    output: str = ""


def load_receipts(folder: Path, lego: str) -> tuple[ReceiptView, ...]:
    """Every receipt of a LEGO, the newest first. Raises BrokenState."""
    from engine.gates.receipts import ReceiptStore

    found = [receipt for receipt in ReceiptStore(folder).all() if receipt.lego == lego]
    return tuple(
        ReceiptView(
            id=receipt.id,
            step=receipt.step,
            lego=lego,
            sentence=receipt.sentence,
            check=receipt.check,
            green=receipt.green,
            command=" ".join(receipt.command),
            exit_code=receipt.exit_code,
            duration=receipt.duration,
            sandbox=receipt.sandbox,
            commit=receipt.commit,
            at=timestamp(receipt.at),
            passed=tuple(receipt.passed),
            failed=tuple(receipt.failed),
            skipped=tuple(receipt.skipped),
            broken=tuple(receipt.broken),
            real=None if receipt.real is None else tuple(receipt.real),
            fake=tuple(receipt.fake),
            expects=receipt.expects,
            output=clean(receipt.output).strip("\n"),
        )
        for receipt in reversed(found)
    )
