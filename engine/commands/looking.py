"""Commands that look: status, log, doctor. They change nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from engine.assessment import Assessment, Instance
from engine.commands.common import folder, folder_option, tell_json, told
from engine.commands.status_json import documents_changed, status_document
from engine.errors import EXIT_ERROR, MetaError, UsageError
from engine.facts import WorkspaceFacts, assess_workspace
from engine.folders import is_workspace
from engine.gates.sandbox import choose
from engine.git import check_git
from engine.metrics import metrics
from engine.metrics.reading import read_journal
from engine.metrics.words import lines
from engine.runner.lane import lane_in
from engine.secrets import without
from engine.state.clock import utc_now
from engine.state.journal import Journal
from engine.state.lock import holder
from engine.state.rebuild import rebuild
from engine.workspace import ESSENCE, Workspace
from runtime_adapters.protocol import parse_event

GLYPHS = {
    "pending": "·",
    "ready": "○",
    "running": "▶",
    "checking": "◐",
    "waiting_approval": "◆",
    "waiting_answer": "?",
    "paused": "‖",
    "done": "✓",
    "stale": "↻",
    "failed": "✗",
    "stopped": "■",
    "skipped": "–",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
@click.option("--metrics", "as_metrics", is_flag=True, help="What the run cost and how well it went.")
@folder
@told
def status(as_json: bool, as_metrics: bool, folder: Path) -> None:
    """Where everything stands, and what it waits for."""
    if as_metrics:
        _tell_metrics(Workspace.at(folder), as_json)
        return
    facts = assess_workspace(folder)
    if as_json:
        tell_json(status_document(facts))
        return
    run = facts.state.orchestrator.run
    running = holder(facts.workspace.root)
    engine = f"engine running (pid {running.pid})" if running else "engine not running"
    click.echo(f"{run.app or facts.workspace.root.name}: {run.mode}, lane {_lane(facts)}, {engine}")
    for line in _lines(facts.assessment):
        click.echo(line)
    older = [instance.name for instance in facts.assessment.instances() if instance.older_text]
    if older:
        click.echo(f"ran under an older text: {', '.join(older)}")
    if changed := documents_changed(facts):
        click.echo(f"changed since the last run: {', '.join(changed)}; `meta run` shows how and works by it")
    for held in (record.in_hands for record in facts.state.records()):
        if held:
            click.echo(f"in your hands: {held.id}: meta hand-back {held.id}")
    for waiting in facts.state.orchestrator.waiting:
        verb = (
            f"meta approve {waiting.gate}" if waiting.kind == "approval" else f"meta answer FILE --gate {waiting.gate}"
        )
        click.echo(f"waiting for you: {waiting.gate}: {verb}")
    for problem in [*facts.problems, *facts.state.orchestrator.valves.values()]:
        click.echo(f"problem: {problem}")


def _lane(facts: WorkspaceFacts) -> str:
    """The lane, and whether a person or the essence chose it."""
    run, essence = facts.state.orchestrator.run, facts.workspace.root / ESSENCE
    proposed = lane_in(essence.read_text(encoding="utf-8", errors="replace")) if essence.is_file() else None
    other = f"{ESSENCE} proposes {proposed}" if proposed and proposed != run.lane else ""
    if "lane" in run.chosen:
        return f"{run.lane} ({'; '.join(filter(None, ['chosen by hand', other]))})"
    if other:
        return f"{run.lane} ({other}{', but the app is sensitive' if run.sensitive else ''})"
    return f"{run.lane} (proposed by {ESSENCE}; `meta set lane …` decides)" if proposed else run.lane


def _tell_metrics(workspace: Workspace, as_json: bool) -> None:
    found = metrics(read_journal(workspace.private / "journal.jsonl"), utc_now())
    if as_json:
        tell_json(asdict(found))
        return
    for line in lines(found):
        click.echo(line)


def _lines(assessment: Assessment) -> list[str]:
    lines = []
    for phase in assessment.phases:
        lines.append(f"{GLYPHS[phase.status]} {phase.number:2} {phase.title}: {phase.status}")
        shown = phase.instances if len(phase.instances) > 1 and phase.status not in ("done", "pending") else ()
        lines += [f"     {GLYPHS[i.status]} {i.name}: {i.status}{_because(i)}" for i in shown]
    return lines


def _because(instance: Instance) -> str:
    return f" ({instance.why})" if instance.why else ""


@click.command()
@click.argument("session", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on as more comes.")
@folder_option
@told
def log(session: str | None, follow: bool, folder: Path) -> None:
    """The journal, or what one SESSION (id or its beginning) did."""
    workspace = Workspace.at(folder)
    if session is None:
        _show_journal(workspace, follow)
        return
    found = sorted(p for p in (workspace.private / "sessions").glob("*") if p.name.startswith(session))
    if not found:
        raise UsageError(f"{session}: no session begins with that. `meta log` lists them in the journal.")
    _show_events(found[-1], follow)


def _show_journal(workspace: Workspace, follow: bool) -> None:
    journal = Journal(workspace.private / "journal.jsonl")
    offset = 0
    while True:
        events, offset = journal.read_from(offset)
        for event in events:
            rest = event.model_dump(exclude={"seq", "at", "event"}, exclude_none=True, exclude_defaults=True)
            told = " ".join(f"{k}={v}" for k, v in rest.items() if isinstance(v, str | int | float) and v != "")
            click.echo(f"{event.seq:5} {event.at} {event.event} {told}".rstrip())
        if not follow:
            return
        time.sleep(0.5)


def _show_events(folder: Path, follow: bool) -> None:
    path = folder / "events.jsonl"
    offset = 0
    while True:
        data = path.read_bytes() if path.is_file() else b""
        lines = data[offset:].split(b"\n")
        for line in lines[:-1]:
            event = parse_event(line.decode(errors="replace"))
            told = " ".join(str(v) for k, v in event.fields.items() if isinstance(v, str | int | float))
            click.echo(f"{event.t:8.1f}s {event.kind:14} {without(told, folder.name)[0]}")
        offset += len(data[offset:]) - len(lines[-1])
        if not follow or (folder / "exit.json").is_file():
            return
        time.sleep(0.3)


@click.command()
@click.option("--rebuild", "rebuild_state", is_flag=True, help="Make the state files again from the journal.")
@folder
@told
def doctor(rebuild_state: bool, folder: Path) -> None:
    """Is everything here that is needed; with --rebuild, mend broken state files from the journal."""
    if rebuild_state:
        rebuilt = rebuild(Workspace.at(folder).root)
        for note in rebuilt.notes or ["every state file agrees with the journal"]:
            click.echo(note)
        return
    bad = False
    for name, check in _checks(folder):
        try:
            click.echo(f"✓ {name}: {check()}")
        except MetaError as error:
            bad = True
            click.echo(f"✗ {name}: {error}")
    if bad:
        sys.exit(EXIT_ERROR)


def _checks(place: Path) -> list[tuple[str, Callable[[], str]]]:
    def interpreter() -> str:
        return f"{sys.version.split()[0]} at {sys.executable}"

    def git() -> str:
        check_git()
        return "there, and new enough"

    def sandbox() -> str:
        return choose(consented=False).name

    def workspace() -> str:
        if not is_workspace(place):
            return f"{place.resolve()} is none; `meta new DIR` makes one"
        facts = assess_workspace(place)
        return f"{facts.workspace.root}, {facts.state.seq} events, state readable"

    return [("interpreter", interpreter), ("git", git), ("sandbox", sandbox), ("workspace", workspace)]
