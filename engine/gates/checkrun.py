"""Run one command of the toolchain on a commit, in a clean checkout, and write down what came out."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.gates import confined
from engine.gates.machine import machine
from engine.gates.packages import PackagesMissing, needed_in
from engine.gates.plain import plain
from engine.gates.receipts import Receipt
from engine.gates.report import Problem, read_report
from engine.gates.sandbox import Sandbox
from engine.git import Repository
from engine.legos.plan import Plan
from engine.legos.toolchain import Toolchain
from engine.state.clock import Clock, iso, utc_now

REPORT = ".meta-report.xml"
WHOLE = "."
"""The key in a receipt's scope that means the whole commit."""
OUTPUT_KEPT = 4000
CHECK_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Check:
    """One command of the toolchain and what the LEGOs are in it. Without `lego` it is about the whole app."""

    command: str
    lego: str | None = None
    real: tuple[str, ...] | None = None
    fake: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    expects: Literal["pass", "fail"] = "pass"


@dataclass(frozen=True, slots=True)
class Bench:
    """What every check of a run shares."""

    repository: Repository
    toolchain: Toolchain
    plan: Plan
    sandbox: Sandbox
    interpreter: Path
    seconds: float = CHECK_SECONDS
    now: Clock = utc_now


@dataclass(frozen=True, slots=True)
class Origin:
    """Which receipt is being written: its id, and the criterion it answers."""

    id: str
    step: str
    lego: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A receipt, and why its tests failed, in words that are the same on every machine."""

    receipt: Receipt
    problems: tuple[Problem, ...] = ()


async def run_receipt(bench: Bench, commit: str, paths: Sequence[str] | None, check: Check, origin: Origin) -> Outcome:
    """Check `commit`. Only `paths` of it (None: everything) are there; a file that is not committed is not."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="meta-check-")).resolve()
    root = folder / "checkout"
    try:
        await asyncio.to_thread(_check_out, bench.repository, commit, root, paths)
        scope = await asyncio.to_thread(scope_of, bench.repository, commit, paths)
        return await _run(bench, commit, scope, check, origin, root)
    finally:
        await asyncio.to_thread(confined.remove_tree, folder)


async def rerun(bench: Bench, commit: str, receipt: Receipt) -> Outcome:
    """Run the check of an earlier receipt again, on `commit`, in the same scope."""
    origin = Origin(receipt.id, receipt.step, receipt.lego, receipt.sentence)
    paths = None if WHOLE in receipt.scope else list(receipt.scope)
    return await run_receipt(bench, commit, paths, check_of(receipt), origin)


def check_of(receipt: Receipt) -> Check:
    """What the receipt is a run of."""
    real = None if receipt.real is None else tuple(receipt.real)
    fake, empty = tuple(receipt.fake), tuple(receipt.empty)
    return Check(receipt.check, receipt.about, real, fake, empty, receipt.expects)


def told_command(bench: Bench, check: Check) -> tuple[list[str], dict[str, str]]:
    """What a receipt says was run and with which variables: the same in every checkout. Raises ToolchainError."""
    return _command(bench, check, bench.interpreter.name, REPORT)


def _command(bench: Bench, check: Check, interpreter: str, report: str) -> tuple[list[str], dict[str, str]]:
    return bench.toolchain.render(
        check.command,
        plan=bench.plan,
        lego=check.lego,
        real=check.real or (),
        fake=check.fake,
        empty=check.empty,
        interpreter=interpreter,
        report=report,
    )


def _check_out(repository: Repository, commit: str, root: Path, paths: Sequence[str] | None) -> None:
    repository.export(commit, root, paths)
    (root / REPORT).unlink(missing_ok=True)


def scope_of(repository: Repository, commit: str, paths: Sequence[str] | None) -> dict[str, str]:
    """Path → git id of what a check looks at; for everything, the id of the whole tree."""
    if paths is None:
        return {WHOLE: repository.ids(commit, [""])[""]}
    return repository.ids(commit, paths)


def _packages(bench: Bench, root: Path, key: str) -> list[Path]:
    """What a check may read of packages, which are shown in the checkout. Raises PackagesMissing."""
    needed = needed_in(root, bench.toolchain.packages, key)
    if needed is None:
        return []
    if not needed.there:
        raise PackagesMissing(needed)
    needed.link(root)
    return [needed.folder]


async def _run(bench: Bench, commit: str, scope: dict[str, str], check: Check, origin: Origin, root: Path) -> Outcome:
    argv, env = _command(bench, check, str(bench.interpreter), str(root / REPORT))
    command, variables = told_command(bench, check)
    here = await asyncio.to_thread(machine, bench.toolchain, bench.interpreter)
    readable = [*here.readable, *await asyncio.to_thread(_packages, bench, root, here.key)]
    at = iso(bench.now())
    ran = await confined.run(bench.sandbox, argv, root, here.variables() | env, bench.seconds, readable)
    report = await asyncio.to_thread(read_report, root / REPORT)

    def tidy(text: str) -> str:
        return plain(text, root, ran.home, readable)

    receipt = Receipt(
        id=origin.id,
        step=origin.step,
        lego=origin.lego,
        sentence=origin.sentence,
        commit=commit,
        scope=scope,
        check=check.command,
        about=check.lego,
        command=command,
        variables=variables,
        real=None if check.real is None else list(check.real),
        fake=list(check.fake),
        empty=list(check.empty),
        environment=here.key,
        sandbox=bench.sandbox.name,
        expects=check.expects,
        exit_code=ran.exit_code,
        conclusive=ran.exit_code in bench.toolchain.exit_codes,
        passed=list(report.passed),
        failed=list(report.failed),
        skipped=list(report.skipped),
        broken=list(report.broken),
        duration=round(ran.seconds, 3),
        at=at,
        output=tidy(ran.output)[-OUTPUT_KEPT:],
    )
    problems = [Problem(one.test, tidy(one.message), tidy(one.account)) for one in report.problems]
    return Outcome(receipt, tuple(problems))
