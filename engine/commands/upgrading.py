"""`meta upgrade`: newer documents of the engine on a finished app."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.commands.building import finish, run_and_tell
from engine.commands.common import NotFinished, attended, folder, tell_json, told, with_packages
from engine.commands.engine_options import EngineOptions, engine_options
from engine.errors import EXIT_WAITING, UsageError
from engine.facts import WorkspaceFacts, assess_workspace
from engine.lifecycle.upgrade import MODE, SCHEMA_VERSION, Touched, UpgradeReport, look_at_upgrade
from engine.lifecycle.upgrade_documents import Detail
from engine.lifecycle.upgrade_versions import ChangedDocument
from engine.names import instance_name
from engine.state.models import Upgraded
from engine.wording import more

MOST_SHOWN = 12
"""So many details of one document are listed; the rest is counted."""

WORDS: dict[Upgraded, str] = {"action": "is done again", "check": "is checked again", "session": "is written anew"}


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what changed and what it touches.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this step, LEGO or step_lego; may be repeated.")
@click.option(
    "--sessions", multiple=True, metavar="STEP", help="Also write this step anew, which ran under an older text."
)
@click.option("--json", "as_json", is_flag=True, help="The dry run as JSON.")
@engine_options
@folder
@told
def upgrade(
    folder: Path,
    options: EngineOptions,
    dry_run: bool,
    only: tuple[str, ...],
    sessions: tuple[str, ...],
    as_json: bool,
) -> None:
    """Bring a finished app to the engine's documents of now: shared files, criteria, release.

    What you edited stays. No session runs unless a criterion is red, or you ask for it with --sessions.
    """
    if as_json and not dry_run:
        raise UsageError("--json shows a dry run: add --dry-run")
    facts = assess_workspace(folder)
    if _is_under_way(facts) and not dry_run:
        click.echo("the upgrade that has begun goes on")
        _run(facts, options, {})
    say = partial(click.echo, err=as_json)
    report = with_packages(lambda: look_at_upgrade(facts), options.fetch, say)
    if as_json:
        tell_json(document(report))
        return
    for line in lines(report):
        click.echo(line)
    chosen = choose(report, only, sessions)
    if dry_run or not (chosen or report.documents):
        return
    if not (only or sessions or options.yes or _agreed(chosen)):
        sys.exit(EXIT_WAITING)
    _run(facts, options, chosen)


def _is_under_way(facts: WorkspaceFacts) -> bool:
    """Whether an upgrade has begun. Raises NotFinished, UsageError where none may begin."""
    run = facts.state.orchestrator.run
    if run.change is not None and run.mode == MODE:
        return True
    if run.change is not None:
        raise UsageError("a change of this app is under way: finish it with `meta apply` before an upgrade")
    if run.finished_at is None:
        raise NotFinished(facts.workspace.root)
    return False


def _agreed(chosen: dict[str, Upgraded]) -> bool:
    """Whether the person at the terminal wants it; False, with what to do, where there is none."""
    if not attended():
        click.echo("`meta upgrade --yes` does all of this, `meta upgrade --only NAME` a part of it")
        return False
    return click.confirm(f"Do all of this ({len(chosen)})?")


def _run(facts: WorkspaceFacts, options: EngineOptions, chosen: dict[str, Upgraded]) -> None:
    settings = replace(options.settings(facts.workspace), change="upgrade", upgrade=chosen)
    finish(run_and_tell(facts.workspace, settings, options))


def choose(report: UpgradeReport, only: Sequence[str], sessions: Sequence[str]) -> dict[str, Upgraded]:
    """Instance → what is done with it. What the document has done in each upgrade is never left out.

    Raises UsageError for a name that the upgrade does not touch.
    """
    chosen: dict[str, Upgraded] = {}
    for one in report.touched:
        if not only or one.always or {one.name, one.step, one.lego} & set(only):
            chosen[one.name] = one.how
    chosen |= {one.name: one.how for one in report.touched if set(one.follows) & chosen.keys()}
    known = {name for one in report.touched for name in (one.name, one.step, one.lego) if name}
    if wrong := [name for name in only if name not in known]:
        there = ", ".join(one.name for one in report.touched) or "nothing"
        raise UsageError(f"--only {wrong[0]}: the upgrade does not touch that. It touches {there}")
    optional = {instance_name(step, lego): step for step, lego in (*report.older, *report.new)}
    for name in sessions:
        found = [instance for instance, step in optional.items() if name in (instance, step)]
        if not found:
            there = ", ".join(optional) or "none"
            raise UsageError(f"--sessions {name}: no such step ran under an older text. These did: {there}")
        chosen |= dict.fromkeys(found, "session")
    return chosen


def document(report: UpgradeReport) -> dict[str, Any]:
    """The report as plain values; `docs/upgrade.md` describes every field."""
    return {
        "schema_version": SCHEMA_VERSION,
        "engine": {"then": report.engine_then, "now": report.engine_now},
        "documents": [asdict(one) for one in report.documents],
        "touched": [{"name": one.name, **asdict(one)} for one in report.touched],
        "older_text": [instance_name(*one) for one in report.older],
        "new_steps": [instance_name(*one) for one in report.new],
        "unknown": list(report.unknown),
    }


def lines(report: UpgradeReport) -> Iterator[str]:
    """The report in plain lines."""
    made_by = f"made by meta {report.engine_then}" if report.engine_then else "not released by any engine"
    yield f"{made_by}; this is meta {report.engine_now}"
    if report.documents:
        yield f"documents that changed ({len(report.documents)})"
        for one in report.documents:
            yield from (f"  {line}" for line in _document(one))
    if report.touched:
        yield f"what they touch ({len(report.touched)})"
        for touched in report.touched:
            yield from (f"  {line}" for line in _touched(touched))
    elif report.documents:
        yield "they touch nothing of this app"
    else:
        yield "nothing to upgrade: the app is as the documents of now have it"
    if report.older:
        names = ", ".join(instance_name(*one) for one in report.older)
        yield f"ran under an older text, and stays as it is unless you ask with --sessions: {names}"
    if report.new:
        names = ", ".join(instance_name(*one) for one in report.new)
        yield f"new steps, which the upgrade leaves out unless you ask with --sessions: {names}"
    if report.unknown:
        yield "cannot be known here"
        yield from (f"  {what}" for what in report.unknown)


def _document(one: ChangedDocument) -> Iterator[str]:
    yield f"{one.name}: {one.how}" + ("" if one.known else " (only its old hash is known)")
    for detail in one.details[:MOST_SHOWN]:
        yield f"  {_detail(detail)}"
    if left := more(one.details, MOST_SHOWN):
        yield f"  …{left}"


def _detail(one: Detail) -> str:
    where = f"{one.step}: " if one.step and one.kind != "step" else ""
    subject = f" {one.subject}" if one.subject else ""
    return f"{where}{one.kind}{subject} {one.how}"


def _touched(one: Touched) -> Iterator[str]:
    yield f"{one.name} {WORDS[one.how]}: {one.why}"
    for red in one.red:
        yield f"  red: {red.sentence}"
        yield from (f"    {line}" for line in red.detail.splitlines()[:3])
    for sentence in one.later:
        yield f"  to be tried: {sentence}"
    for path, diff in one.files.items():
        mine = " (your edits stay)" if path in one.edited else ""
        yield f"  {path}{mine}"
        yield from (f"    {line}" for line in diff.splitlines())
