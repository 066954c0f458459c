"""Commands that answer no question: retry, refresh, note, set, cancel, pause, go-on, stop.

Each writes one `decisions/command-<id>.json`, which the engine that runs here, or the next one, carries out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from engine.commands.common import folder, go_on, read_state, told
from engine.errors import UsageError
from engine.facts import assess_workspace
from engine.state.decisions import write_command
from engine.state.lock import holder
from engine.state.models import CHOICES, Command, State
from engine.workspace import Workspace


@click.command()
@click.argument("name", metavar="LEGO")
@folder
@told
def retry(name: str, folder: Path) -> None:
    """Try again what failed or was stopped: a LEGO's work, or a step of the app."""
    workspace = Workspace.at(folder)
    command = _named(read_state(workspace), name, "retry")
    write_command(workspace.root, command)
    click.echo(f"{name} will be tried again. {go_on(folder)}")


@click.command()
@click.argument("name", metavar="[LEGO]", required=False)
@folder
@told
def refresh(name: str | None, folder: Path) -> None:
    """Do again what became stale: of a LEGO, of a step of the app, or everything."""
    workspace = Workspace.at(folder)
    command = _named(read_state(workspace), name, "refresh") if name else Command(command="refresh")
    write_command(workspace.root, command)
    click.echo(f"What is stale{f' of {name}' if name else ''} will be done again. {go_on(folder)}")


@click.command()
@click.argument("name", metavar="STEP")
@click.option("-m", "message", required=True, metavar="TEXT", help="What the next session is to know.")
@folder
@told
def note(name: str, message: str, folder: Path) -> None:
    """Add something to the next brief of STEP (`code_store` for one of a LEGO). A session at work is not disturbed."""
    facts = assess_workspace(folder)
    named = {one.name: one for one in facts.assessment.instances() if facts.orchestration.step(one.step).gen}
    if name not in named:
        raise UsageError(f"{name}: no step with sessions has that name. There are: {', '.join(named)}.")
    if not message.strip():
        raise UsageError("-m: say what the next session is to know.")
    one = named[name]
    values = {"text": message}
    write_command(facts.workspace.root, Command(command="note", step=one.step, lego=one.lego or "", values=values))
    click.echo(f"The next session of {name} is told. {go_on(folder)}")


@click.command(name="set")
@click.argument("name", type=click.Choice(sorted(CHOICES)))
@click.argument("value")
@folder
@told
def set_(name: str, value: str, folder: Path) -> None:
    """Choose by hand what the engine would propose: `lane full`, `lane tiny`, `sensitive yes`, `sensitive no`."""
    if value not in CHOICES[name]:
        raise UsageError(f"{name} {value}: expected {' or '.join(CHOICES[name])}")
    workspace = Workspace.at(folder)
    write_command(workspace.root, Command(command="set", values={name: value}))
    click.echo(f"{name}: {value}. {go_on(folder)}")


@click.command()
@click.argument("session")
@folder
@told
def cancel(session: str, folder: Path) -> None:
    """End a session that is at work. Its step waits for `meta retry`; what it wrote stays reachable."""
    workspace = Workspace.at(folder)
    live = [one.open_session.id for one in read_state(workspace).records() if one.open_session]
    if session not in live:
        raise UsageError(f"{session}: no such session is at work. At work: {', '.join(live) or 'none'}.")
    write_command(workspace.root, Command(command="cancel", session=session))
    click.echo(f"{session} will be ended. {go_on(folder)}")


@click.command()
@folder
@told
def pause(folder: Path) -> None:
    """Start nothing new; what is at work goes on to its end."""
    workspace = Workspace.at(folder)
    if holder(workspace.root) is None:
        click.echo("No engine is running here.")
        return
    write_command(workspace.root, Command(command="pause"))
    click.echo("Nothing new is started. `meta go-on` goes on.")


@click.command(name="go-on")
@folder
@told
def go_on_(folder: Path) -> None:
    """Go on after a pause."""
    write_command(Workspace.at(folder).root, Command(command="go_on"))
    click.echo(f"The pause is over. {go_on(folder)}")


@click.command()
@folder
@told
def stop(folder: Path) -> None:
    """Stop the engine that runs here and its sessions. `meta run` goes on later."""
    workspace = Workspace.at(folder)
    running = holder(workspace.root)
    if running is None:
        click.echo("No engine is running here.")
        return
    write_command(workspace.root, Command(command="stop"))
    click.echo(f"The engine (pid {running.pid}) stops. `meta run` goes on later.")


def _named(state: State, name: str, command: Literal["retry", "refresh"]) -> Command:
    """The command for a LEGO or for a step of the app. Raises UsageError, which lists both."""
    if name in state.legos:
        return Command(command=command, lego=name)
    if name in state.orchestrator.steps:
        return Command(command=command, step=name)
    known = ", ".join([*state.legos, *state.orchestrator.steps]) or "nothing yet"
    raise UsageError(f"{name}: no LEGO and no step of the app has that name. There are: {known}.")
