"""The command `brief`: what a session of a step would be told now, and what each part of it costs."""

from __future__ import annotations

from pathlib import Path

import click

from engine.briefs.assemble import Brief, Request, assemble
from engine.briefs.base import base_commit
from engine.commands.common import folder, told
from engine.document.model import Step
from engine.errors import UsageError
from engine.facts import assess_workspace
from engine.instances import Instances
from engine.names import instance_name
from engine.snapshot import Snapshot
from engine.state.models import StepRecord, Substep
from engine.workspace import Workspace


@click.command()
@click.argument("name", metavar="STEP")
@click.option("--review", is_flag=True, help="The brief of the Review instead of the Gen.")
@click.option("--explain", is_flag=True, help="Only what each part costs, what was left out, why a card is in.")
@folder
@told
def brief(name: str, review: bool, explain: bool, folder: Path) -> None:
    """Print what a session of STEP (such as `requirements` or `code_store`) would be told as things stand now."""
    workspace = Workspace.at(folder)
    snapshot = assess_workspace(workspace.root).snapshot
    step, lego = _find(snapshot, name)
    made = _assemble(workspace, snapshot, step, lego, "review" if review else "gen")
    if not explain:
        click.echo(made.text)
    for line in _explained(made, snapshot.orchestration.valves.brief_tokens):
        click.echo(line)


def _find(snapshot: Snapshot, name: str) -> tuple[Step, str | None]:
    instances = Instances(snapshot.orchestration, snapshot.plan)
    found = {instance_name(step.name, lego): (step, lego) for step, lego in instances.all() if not step.action}
    if name not in found:
        raise UsageError(f"{name}: no step with sessions has that name. There are: {', '.join(found)}.")
    return found[name]


def _assemble(workspace: Workspace, snapshot: Snapshot, step: Step, lego: str | None, substep: Substep) -> Brief:
    record = snapshot.state.record(step.name, lego) or StepRecord()
    repository = workspace.repository
    base = base_commit(repository, snapshot.state, step.name, lego)
    return assemble(
        Request(
            repository,
            base,
            snapshot.orchestration,
            snapshot.toolchain,
            snapshot.plan,
            snapshot.state,
            step,
            lego,
            substep,
            workspace.overlay,
            record.overflows,
        )
    )


def _explained(made: Brief, most: int) -> list[str]:
    costs = sorted(made.parts.items(), key=lambda part: -part[1])
    return [
        f"── {made.tokens:,} of at most {most:,} tokens",
        *(f"{tokens:>7,}  {part}" for part, tokens in costs if tokens),
        *(f"left out: {one}" for one in made.left_out),
        *(f"card {card['id']}: {card['why']}" for card in made.wisdom),
    ]
