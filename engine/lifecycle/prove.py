"""`meta prove`: the last receipt of each check, run again on the commit that is checked out."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from engine.errors import MetaError
from engine.folders import is_workspace
from engine.gates.checkrun import Bench, rerun
from engine.gates.receipts import Receipt, ReceiptStore
from engine.gates.sandbox import choose
from engine.git import Repository
from engine.legos.placeholders import with_names
from engine.legos.plan import parse_plan
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.proof import OF_ONE_RUN
from engine.lifecycle.release import PROOF, released_toolchain
from engine.state.store import Store
from engine.workspace import PLAN


class NothingToProve(MetaError):
    """There is no receipt, or no commit."""


def prove_workspace(folder: Path, unsandboxed: bool = False) -> Iterator[tuple[str, bool]]:
    """For each check: what it is, and whether it still comes out green. Works on a clone as well as on the original.

    Raises NothingToProve when no check was ever recorded.
    """
    repository = Repository(folder.resolve())
    commit = repository.head() if repository.exists() else None
    if commit is None:
        raise NothingToProve(f"{folder}: this is no git repository with a commit, so there is nothing to prove")
    toolchain = find_toolchain(_toolchain(repository.root), repository.root / ".meta")
    receipts = _receipts(repository, commit)
    dirty = repository.dirty()
    if dirty:
        yield f"not looked at, because they are not committed: {', '.join(dirty[:5])}", True
    bench = Bench(
        repository=repository,
        toolchain=toolchain,
        plan=parse_plan(repository.read(commit, PLAN).decode(errors="replace")),
        sandbox=choose(consented=unsandboxed),
        interpreter=Path(sys.executable),
    )
    for receipt, again in zip(receipts, asyncio.run(_run_again(bench, commit, receipts)), strict=True):
        yield _told(receipt, again, with_names(receipt.sentence, bench.plan, receipt.lego)), again.green


async def _run_again(bench: Bench, commit: str, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Every receipt, in order, as many at once as there are processors."""
    room = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(receipt: Receipt) -> Receipt:
        async with room:
            return (await rerun(bench, commit, receipt)).receipt

    return await asyncio.gather(*(one(receipt) for receipt in receipts))


def _toolchain(root: Path) -> str:
    """Which kind of app this is; a clone has no state, but its proof says it. Raises BrokenState."""
    if not is_workspace(root):
        return released_toolchain(root)
    return Store.open(root, read_only=True).state.orchestrator.run.toolchain


def _receipts(repository: Repository, commit: str) -> list[Receipt]:
    store = ReceiptStore(repository.root)
    newest = [receipt for _, receipt in sorted(store.latest().items(), key=str)] if store.folder.is_dir() else []
    if newest:
        return newest
    if PROOF not in repository.files(commit, [PROOF]):
        raise NothingToProve(f"{repository.root}: no receipts here and no {PROOF}: `meta run` builds and records first")
    try:
        recorded = json.loads(repository.read(commit, PROOF))["receipts"]
        return [Receipt.model_validate({**OF_ONE_RUN, "commit": commit, **one}) for one in recorded]
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise NothingToProve(f"{PROOF} cannot be read ({error}): check it out again from an earlier commit") from error


def _told(receipt: Receipt, again: Receipt, sentence: str) -> str:
    counts = f"{len(again.passed)} passed, {len(again.failed)} failed, {len(again.skipped)} skipped"
    name = f"{receipt.id}: {sentence}"
    return f"{name} ({counts})" if again.green else f"{name}: no longer holds ({counts}, exit {again.exit_code})"
