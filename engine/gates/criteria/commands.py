"""Criteria that run a command of the toolchain, in a clean checkout of the commit; each leaves a receipt."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from engine.gates.checkrun import WHOLE, Bench, Check, Origin, check_of, run_receipt, scope_of, told_command
from engine.gates.criteria.context import Context
from engine.gates.criteria.registry import Finding, criterion
from engine.gates.machine import machine
from engine.gates.receipts import Receipt
from engine.wording import some

NAMES_SHOWN = 5
PROSE = ".md"
"""What no command looks at: a changed note on a design runs no test again."""


@criterion("`<command>` of the toolchain passes for {lego} with {lego} fake", runs=True)
async def passes_with_fake(context: Context, command: str) -> Finding:
    """The LEGO's tests hold for its fake, every other LEGO being fake too: every test ran and passed.

    Red: the exit code, the counts and the first failing tests, or the end of the output where no test ran.
    Example: `contract_test` of the toolchain passes for {lego} with {lego} fake
    """
    lego = context.planned.name
    return await run(context, Check(command, lego, real=(), fake=(lego,)))


@criterion("`<command>` of the toolchain passes for {lego} with {lego} real and {dependencies} fake", runs=True)
async def passes_with_real(context: Context, command: str) -> Finding:
    """The LEGO's tests hold for its code, built upon its neighbours' fakes: every test ran and passed.

    Red: the exit code, the counts and the first failing tests, or the end of the output where no test ran.
    Example: `unit_test` of the toolchain passes for {lego} with {lego} real and {dependencies} fake
    """
    lego = context.planned
    return await run(context, Check(command, lego.name, real=(lego.name,), fake=tuple(lego.dependencies)))


@criterion("`<command>` of the toolchain passes for {lego} with {lego} and {dependencies} real", runs=True)
async def passes_with_all_real(context: Context, command: str) -> Finding:
    """The LEGO's tests hold for its code, built upon the real code of all that it needs, directly or through others.

    Red: the exit code, the counts and the first failing tests, or the end of the output where no test ran.
    Example: `test` of the toolchain passes for {lego} with {lego} and {dependencies} real
    """
    lego = context.planned.name
    return await run(context, Check(command, lego, real=(*context.known_plan.closure(lego), lego)))


@criterion("`<command>` of the toolchain fails for {lego} with {lego} empty", runs=True)
async def fails_with_empty(context: Context, command: str) -> Finding:
    """Every one of the LEGO's tests runs and fails while there is nothing behind its contract: each tests something.

    Red: the tests that passed all the same, or those that could not be loaded or were skipped.
    Example: `unit_test` of the toolchain fails for {lego} with {lego} empty
    """
    lego = context.planned.name
    return await run(context, Check(command, lego, real=(), empty=(lego,), expects="fail"))


@criterion("`<command>` of the toolchain passes for the app", runs=True)
async def passes_for_the_app(context: Context, command: str) -> Finding:
    """It passes on everything in the commit, with every LEGO real: something ran, and all of it passed.

    Red: the exit code, the counts and the first failing tests, or the end of the output where no test ran.
    Example: `test` of the toolchain passes for the app
    """
    return await run(context, Check(command))


async def run(context: Context, check: Check) -> Finding:
    """The finding of a check: by its last receipt while that still speaks of the same files, else by a new run."""
    bench = Bench(
        context.repository,
        context.toolchain,
        context.known_plan,
        context.sandbox,
        context.interpreter,
        context.seconds,
        context.now,
    )
    paths = None if check.lego is None else [path for path in context.view if not path.endswith(PROSE)]
    valid = await asyncio.to_thread(_still_valid, context, bench, check, paths)
    if valid:
        return Finding(True, describe(valid), valid)
    receipt_id = await asyncio.to_thread(_free_id, context, paths)
    origin = Origin(receipt_id, context.step, context.lego, context.sentence)
    outcome = await run_receipt(bench, context.commit, paths, check, origin)
    await asyncio.to_thread(context.receipts.save, outcome.receipt)
    return Finding(outcome.receipt.green, describe(outcome.receipt), outcome.receipt, outcome.problems)


def _still_valid(context: Context, bench: Bench, check: Check, paths: Sequence[str] | None) -> Receipt | None:
    """The last receipt of this check if it was green and all that decides it is the same: then it need not run."""
    last = context.receipts.latest().get((context.step, context.lego, context.sentence))
    if last is None or not last.green:
        return None
    same = (
        check == check_of(last)
        and (last.command, last.variables) == told_command(bench, check)
        and last.exit_code in context.toolchain.exit_codes
        and last.scope == scope_of(context.repository, context.commit, paths)
        and last.environment == machine(context.toolchain, context.interpreter).key
        and last.sandbox == context.sandbox.name
    )
    return last if same else None


def _free_id(context: Context, paths: Sequence[str] | None) -> str:
    """Made from what the check looks at, not the commit: the same work gives the same id, whoever landed before it."""
    scope = scope_of(context.repository, context.commit, paths)
    whole = scope.get(WHOLE)
    about = whole or hashlib.sha256(repr(sorted(scope.items())).encode()).hexdigest()
    return context.receipts.next_id(context.step, context.lego, about)


def describe(receipt: Receipt) -> str:
    """What came out of a check, in a line: counts, and the names of what should not have happened."""
    counts = [
        f"{len(tests)} {word}"
        for word, tests in (
            ("passed", receipt.passed),
            ("failed", receipt.failed),
            ("skipped", receipt.skipped),
            ("could not be loaded", receipt.broken),
        )
        if tests
    ]
    text = f"exit code {receipt.exit_code}: {', '.join(counts) or 'no test ran'}"
    unwanted = [*receipt.skipped, *receipt.broken]
    if receipt.expects == "fail" and receipt.passed:
        return f"{text}; passed although {', '.join(receipt.empty)} is empty: {some(receipt.passed, NAMES_SHOWN)}"
    if unwanted:
        return f"{text}; not run: {some(unwanted, NAMES_SHOWN)}"
    return text
