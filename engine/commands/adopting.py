"""`meta adopt`: an existing repository becomes a workspace, and not one byte of its code changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from engine.adoption.adopt import Proposal, carry_out, go_on, propose, run_baseline
from engine.commands.common import attended, tell_json, told
from engine.errors import EXIT_DONE, EXIT_WAITING
from engine.gates.receipts import Receipt
from engine.legos.plan import PlannedLego
from engine.state.models import Run
from engine.wording import shown, some, table
from engine.workspace import INTENT

SCHEMA_VERSION = 1
"""Raised when a field is removed or means something else; fields may be added within a version."""

SHOWN = 8
"""So many files are named; the others are counted."""


@click.command()
@click.argument("place", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Adopt it as proposed, without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--no-tests", is_flag=True, help="Do not run the tests that are there.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
@click.option("--toolchain", default=Run().toolchain, show_default=True, help="Which kind of app.")
@told
def adopt(place: Path, yes: bool, dry_run: bool, no_tests: bool, as_json: bool, toolchain: str) -> None:
    """Make a workspace of the git repository DIR: map its code into LEGOs, without changing a byte of it.

    Shows the mapping first and writes nothing without approval.
    """
    if commit := go_on(place):
        if as_json:
            tell_json({"schema_version": SCHEMA_VERSION, "adopted": True, "commit": commit, "finished_earlier": True})
        else:
            click.echo(
                f"An adoption that was cut off is finished now: commit {commit[:8]}. `meta status {place}` shows it."
            )
        return
    proposal = propose(place, toolchain)
    if not as_json:
        click.echo("\n".join(lines(proposal)))
    agreed = not dry_run and (yes or _asked(place, as_json))
    baseline, done = None, None
    if agreed:
        if not no_tests:
            baseline = run_baseline(proposal)
        done = carry_out(proposal, baseline)
    if as_json:
        tell_json(document_of(proposal, done, baseline))
    elif done:
        click.echo("\n".join(ending(place, proposal, done, baseline, not no_tests)))
    elif not dry_run:
        click.echo("Nothing was written.")
    sys.exit(EXIT_DONE if agreed or dry_run else EXIT_WAITING)


def _asked(place: Path, as_json: bool) -> bool:
    """Whether the person at the terminal agrees; without one nobody does."""
    if as_json or not attended():
        click.echo(f"Approve it: `meta adopt {place} --yes`.", err=True)
        return False
    return click.confirm("Adopt it like this?", default=False)


def lines(proposal: Proposal) -> Iterator[str]:
    """The mapping as a table, then what could not be placed and what a person should know."""
    plan = proposal.plan
    yield f"{plan.app}: {len(plan.legos)} LEGOs"
    yield ""
    yield from table([("LEGO", "KIND", "SIZE", "FILES", "TESTS", "DEPENDS ON"), *(map(_row, plan.legos))])
    yield ""
    for lego in plan.legos:
        yield f"{lego.name}: {shown(lego.purpose)}"
        yield f"  {_some(_files(lego, 'source'))}"
        if tests := _files(lego, "unit tests"):
            yield f"  tests: {_some(tests)}"
    if unplaced := proposal.cut.unplaced:
        yield ""
        yield f"In no LEGO, and left to you ({len(unplaced)}): {_some(unplaced)}"
    if proposal.cut.notes:
        yield ""
        yield from (f"- {shown(note)}" for note in proposal.cut.notes)
    yield ""
    added = sorted(proposal.files.keys() - set(proposal.changed))
    yield f"One commit adds {', '.join(added)}."
    yield from (f"It adds lines at the end of {path}; no other file changes." for path in proposal.changed)


def _row(lego: PlannedLego) -> tuple[str, ...]:
    files, tests = len(_files(lego, "source")), len(_files(lego, "unit tests"))
    return lego.name, lego.kind, lego.size, str(files), str(tests), ", ".join(lego.dependencies) or "–"


def _files(lego: PlannedLego, role: str) -> Sequence[str]:
    return lego.files.get(role, [])


def _some(paths: Sequence[str]) -> str:
    return some([shown(path) for path in paths], SHOWN)


def ending(place: Path, proposal: Proposal, commit: str, baseline: Receipt | None, wanted: bool) -> Iterator[str]:
    """What was done, how the tests came out, and what comes next."""
    yield ""
    yield f"Adopted as commit {commit[:8]} on {proposal.repository.branch()}."
    yield from _tests(baseline) if wanted else ()
    if INTENT in proposal.files:
        yield f"{place / INTENT} is a draft: correct it, it is what later changes start from."
    yield f"`meta status {place}` shows what is there; edit {INTENT}, then `meta plan {place}` plans the first change."


def _tests(baseline: Receipt | None) -> Iterator[str]:
    if baseline is None:
        yield "The tests were not run: this kind of app names no command for that, or no sandbox works here."
        return
    counts = f"{len(baseline.passed)} passed, {len(baseline.failed)} failed, {len(baseline.skipped)} skipped"
    if baseline.green:
        yield f"Its tests pass: {counts}."
    elif baseline.conclusive:
        yield f"Its tests do NOT all pass: {counts}. Receipt {baseline.id} says which."
        yield from (f"  failed: {shown(test)}" for test in baseline.failed[:SHOWN])
    else:
        last = next((line for line in reversed(baseline.output.splitlines()) if line.strip()), "it said nothing")
        yield f"Its tests could NOT be run (exit code {baseline.exit_code}, {counts}): {shown(last.strip())}"
        yield from (f"  not loaded: {shown(file)}" for file in baseline.broken[:SHOWN])


def document_of(proposal: Proposal, commit: str | None, baseline: Receipt | None) -> dict[str, Any]:
    """The proposal, and what became of it, as plain values."""
    plan = proposal.plan
    return {
        "schema_version": SCHEMA_VERSION,
        "adopted": commit is not None,
        "commit": commit,
        "base": proposal.commit,
        "app": plan.app,
        "legos": [lego.model_dump() for lego in plan.legos],
        "unplaced": list(proposal.cut.unplaced),
        "notes": list(proposal.cut.notes),
        "adds": sorted(proposal.files),
        "changes": list(proposal.changed),
        "baseline": None
        if baseline is None
        else {
            "receipt": baseline.id,
            "green": baseline.green,
            "exit_code": baseline.exit_code,
            "conclusive": baseline.conclusive,
            "passed": baseline.passed,
            "failed": baseline.failed,
            "skipped": baseline.skipped,
            "broken": baseline.broken,
        },
    }
