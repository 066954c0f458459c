"""Commands that change a finished app: plan what a changed intent means, apply what was approved."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from textwrap import shorten

import click

from engine.commands.building import finish, run_and_tell
from engine.commands.common import NotFinished, folder, tell_json, told
from engine.commands.deciding import decide
from engine.commands.engine_options import EngineOptions, engine_options
from engine.edits import difference
from engine.errors import EXIT_DONE, UsageError
from engine.facts import WorkspaceFacts, assess_workspace
from engine.lifecycle.change import SCHEMA_VERSION, ChangeReport, Expected, report_change, waiting_gate
from engine.lifecycle.choices import DECISIONS, choose
from engine.state.models import Change, Decision
from engine.wording import some
from engine.workspace import GIVEN

NOTHING_CHANGED = "nothing has changed since the app was finished: edit app_intent.md, or write change_request.md"

MOST_TEXT = 110
"""How much of a requirement is shown; all of it stands in its document."""

MOST_WAITING = 8
"""So many of the steps that stand on a change are named; the others are counted."""


@click.command()
@click.option(
    "--set", "choices", multiple=True, metavar="LEGO=DECISION", help=f"Decide otherwise: {', '.join(DECISIONS)}."
)
@click.option("--forecast", is_flag=True, help="Only say what is known without asking an agent.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON, without what happens on the way.")
@engine_options
@folder
@told
def plan(folder: Path, options: EngineOptions, choices: tuple[str, ...], forecast: bool, as_json: bool) -> None:
    """Show what a changed app_intent.md, or a change_request.md, means, before any code is written.

    Agents bring the essence, the requirements and the LEGO plan up to date; then it stops. `meta apply` carries it out.
    """
    if forecast and as_json:
        raise UsageError("--forecast is in plain lines only: leave --json or --forecast out")
    facts = _changeable(assess_workspace(folder))
    if choices:
        choose(facts, [_choice(one) for one in choices])
        facts = assess_workspace(folder)
    change = facts.state.orchestrator.run.change
    if change is None and not _anything(facts):
        click.echo(NOTHING_CHANGED, err=as_json)
        if as_json:
            _tell_plan(facts, as_json)
        return
    if not as_json:
        _tell_forecast(facts)
    if forecast:
        return
    code = EXIT_DONE
    if not choices or report_change(facts, _change(facts)) is None:
        settings = replace(options.settings(facts.workspace), change="plan")
        say = partial(click.echo, err=True) if as_json else None
        end = run_and_tell(facts.workspace, settings, options, say)
        code, facts = end.exit_code, assess_workspace(folder)
    _tell_plan(facts, as_json)
    sys.exit(code)


@click.command()
@engine_options
@folder
@told
def apply(folder: Path, options: EngineOptions) -> None:
    """Approve the planned change as `meta plan` shows it, and carry it out."""
    facts = _changeable(assess_workspace(folder))
    change = facts.state.orchestrator.run.change
    if change is None:
        raise UsageError("there is no planned change: edit app_intent.md or write change_request.md, then `meta plan`")
    if change.stage == "planning":
        _approve(facts, folder, change)
    settings = replace(options.settings(facts.workspace), change="apply")
    finish(run_and_tell(facts.workspace, settings, options))


def _choice(text: str) -> tuple[str, str]:
    """`LEGO=DECISION` as its two parts."""
    name, _, decision = text.partition("=")
    return name, decision


def _changeable(facts: WorkspaceFacts) -> WorkspaceFacts:
    run = facts.state.orchestrator.run
    if run.finished_at is None and run.change is None:
        raise NotFinished(facts.workspace.root)
    return facts


def _change(facts: WorkspaceFacts) -> Change:
    """The change under way, or one that would begin now."""
    head = facts.workspace.repository.head()
    assert head is not None, "a workspace has a first commit"
    return facts.state.orchestrator.run.change or Change(base=head, began_at="")


def _anything(facts: WorkspaceFacts) -> bool:
    return any(instance.status not in ("done", "skipped") for instance in facts.assessment.instances())


def _approve(facts: WorkspaceFacts, place: Path, change: Change) -> None:
    """What the person has seen is what they consent to. Raises UsageError where there is nothing to see yet."""
    if report_change(facts, change) is None:
        raise UsageError("the change is not planned yet: `meta plan` makes the plan and shows it")
    if gate := waiting_gate(facts):
        decide(place, gate, Decision(decision="approve", by="meta apply"))


def _tell_forecast(facts: WorkspaceFacts) -> None:
    """What is known without asking anybody: what the person wrote, and what stands on it."""
    base = _change(facts).base
    repository = facts.workspace.repository
    before = repository.read_present(base, list(GIVEN))
    for name in GIVEN:
        path = facts.workspace.root / name
        now = path.read_bytes() if path.is_file() else None
        if shown := difference(name, before.get(name), now) if now is not None else "":
            click.echo(shown)
    waiting = [i.name for i in facts.assessment.instances() if i.status in ("stale", "ready", "pending")]
    if waiting:
        click.echo(f"stands on what has changed: {some(waiting, MOST_WAITING)}")


def _tell_plan(facts: WorkspaceFacts, as_json: bool) -> None:
    change = facts.state.orchestrator.run.change
    report = report_change(facts, change) if change else None
    if as_json:
        tell_json({"schema_version": SCHEMA_VERSION, "change": asdict(report) if report else None})
    elif report:
        for line in _lines(report):
            click.echo(line)
    elif change is None:
        click.echo("nothing is left to do: what you changed changes no requirement and no LEGO")


def _lines(report: ChangeReport) -> Iterable[str]:
    yield "requirements:"
    marks = {"added": "+", "changed": "~", "removed": "-"}
    for one in report.requirements:
        yield f"  {marks[one.how]} {one.id} {shorten(one.text, MOST_TEXT, placeholder=' …')}"
    if not report.requirements:
        yield "  none changes"
    yield "LEGOs:"
    width = max(len(lego.name) for lego in report.legos)
    for lego in report.legos:
        yield f"  {lego.name:{width}}  {lego.decision:10}  {lego.reason or 'no reason given'}"
        details = [
            f"requirements: {', '.join(lego.requirements)}" if lego.requirements else "",
            f"tests that name them: {', '.join(lego.tests)}" if lego.tests else "",
            f"your edits: {', '.join(f'{path} ({lines} lines)' for path, lines in lego.edited.items())}"
            if lego.edited
            else "",
        ]
        yield from (f"  {'':{width}}  {'':10}  {detail}" for detail in details if detail)
    yield f"expected: {report.sessions} sessions, {_tokens(report.tokens)}, {_minutes(report.seconds)} of sessions"
    yield f"risk: {report.risk}" + "".join(f"\n  {risk}" for risk in report.risks)
    if not report.approved:
        yield "`meta plan --set LEGO=DECISION` decides otherwise, `meta apply` approves this and carries it out"


def _tokens(expected: Expected) -> str:
    if expected.p50 is None or expected.p90 is None:
        return "tokens unknown"
    return f"{expected.p50:,.0f} tokens (p90 {expected.p90:,.0f})"


def _minutes(expected: Expected) -> str:
    if expected.p50 is None or expected.p90 is None:
        return "time unknown"
    return f"{expected.p50 / 60:,.0f} minutes (p90 {expected.p90 / 60:,.0f})"
