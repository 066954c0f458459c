"""One receipt as plain data, for every screen that shows receipts on their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.gates.receipts import Receipt
    from engine.legos.model import Plan


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt. `now` is False where what it speaks of differs from what is checked out."""

    id: str
    sentence: str
    commit: str
    at: str
    green: bool
    expects: str
    exit_code: int
    duration: float
    command: tuple[str, ...]
    sandbox: str
    environment: str
    step: str
    lego: str | None = None
    about: str | None = None
    real: tuple[str, ...] | None = None
    fake: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    output: str = ""
    now: bool = True

    @property
    def when(self) -> str:
        """`at`, which is UTC, to the second."""
        return f"{self.at[:19].replace('T', ' ')} UTC"

    @property
    def counted(self) -> str:
        """`12 passed, 1 failed`; what is none of is left out."""
        outcomes = (("passed", self.passed), ("failed", self.failed), ("skipped", self.skipped))
        return ", ".join(f"{len(tests)} {word}" for word, tests in outcomes if tests) or "no test ran"


def view_of(receipt: Receipt, plan: Plan | None, now: bool = True) -> ReceiptView:
    """The receipt as data, the names of the plan in its sentence."""
    from engine.legos.placeholders import with_names

    return ReceiptView(
        id=receipt.id,
        sentence=with_names(receipt.sentence, plan, receipt.lego),
        commit=receipt.commit,
        at=receipt.at,
        green=receipt.green,
        expects=receipt.expects,
        exit_code=receipt.exit_code,
        duration=receipt.duration,
        command=tuple(receipt.command),
        sandbox=receipt.sandbox,
        environment=receipt.environment,
        step=receipt.step,
        lego=receipt.lego,
        about=receipt.about,
        real=None if receipt.real is None else tuple(receipt.real),
        fake=tuple(receipt.fake),
        passed=tuple(receipt.passed),
        failed=tuple(receipt.failed),
        skipped=tuple(receipt.skipped),
        broken=tuple(receipt.broken),
        output=receipt.output,
        now=now,
    )
