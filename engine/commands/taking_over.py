"""Commands of takeover: take-over and hand-back. Each writes a command file, which the engine carries out."""

from __future__ import annotations

import time
from pathlib import Path

import click

from engine.commands.common import folder, go_on, read_state, told
from engine.errors import MetaError, UsageError
from engine.sessions.folder import HANDOFF, SessionFolder
from engine.sessions.takeover import BY_HAND, check_answer, ways_to_go_on
from engine.state.decisions import write_command
from engine.state.lock import holder
from engine.state.models import Command, SessionFact, StepRecord
from engine.workspace import Workspace

PATIENCE_SECONDS = 30.0
"""An agent that will not end is killed after five."""
POLL_SECONDS = 0.1


@click.command(name="take-over")
@click.argument("session")
@folder
@told
def take_over(session: str, folder: Path) -> None:
    """Go on with an agent's work by hand: it is ended, everything it left stays, nothing is counted."""
    workspace = Workspace.at(folder)
    record = _record(workspace, session)
    live = record.open_session if record else None
    if live is None or live.id != session or live.runtime == HANDOFF:
        raise UsageError(f"{session}: no agent is at work in such a session. At work: {_list(_by_agents(workspace))}.")
    write_command(workspace.root, Command(command="take_over", session=session))
    if holder(workspace.root) is None:
        click.echo("No engine is running here: `meta run` ends the agent. Then go on so:")
        mine = None
    else:
        mine = _given(workspace, session)
        click.echo(f"{mine.id} is in your hands. Go on so:")
    for line in ways_to_go_on(SessionFolder(workspace.session(session))):
        click.echo(f"  {line}")
    click.echo(f"When it is done: meta hand-back {mine.id if mine else session}")


@click.command(name="hand-back")
@click.argument("session")
@click.option("--failed", is_flag=True, help="It cannot be done; -m says why.")
@click.option("-m", "--message", default="", metavar="TEXT", help="With --failed: why.")
@folder
@told
def hand_back(session: str, failed: bool, message: str, folder: Path) -> None:
    """Hand back what you took over: the engine takes the files as they lie, and checks them as ever."""
    if failed != bool(message.strip()):
        raise UsageError("--failed and -m TEXT go together: why it cannot be done")
    workspace = Workspace.at(folder)
    record = _record(workspace, session)
    mine = record.in_hands if record else None
    if mine is None or not SessionFolder(workspace.session(mine.id)).exists():
        held = [r.in_hands.id for r in _records(workspace) if r.in_hands]
        raise UsageError(f"{session}: nothing in your hands has that name. In your hands: {_list(held)}.")
    place = SessionFolder(workspace.session(mine.id))
    if not failed and not check_answer(place):
        click.echo(f'No .session/result.json was written: it counts as "{BY_HAND}", confidence 1.0.')
    values = {"failed": message.strip()} if failed else {}
    write_command(workspace.root, Command(command="hand_back", session=mine.id, values=values))
    click.echo(f"{mine.id} is handed back. {go_on(folder)}")


def _given(workspace: Workspace, session: str) -> SessionFact:
    """The session by which the person goes on, once the engine has started it. Raises MetaError."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        record = _record(workspace, session)
        if record and record.in_hands and SessionFolder(workspace.session(record.in_hands.id)).exists():
            return record.in_hands
        ended = next((s for s in record.sessions if s.id == session and s.outcome), None) if record else None
        if record and ended and not record.taken:
            raise MetaError(f"{session} has ended by itself ({ended.outcome}): there is nothing to take over")
        time.sleep(POLL_SECONDS)
    raise MetaError(f"the engine has not given {session} out of its hands yet: `meta status` tells when it has")


def _records(workspace: Workspace) -> list[StepRecord]:
    return read_state(workspace).records()


def _record(workspace: Workspace, session: str) -> StepRecord | None:
    return next((r for r in _records(workspace) if any(s.id == session for s in r.sessions)), None)


def _by_agents(workspace: Workspace) -> list[str]:
    live = [r.open_session for r in _records(workspace) if r.open_session]
    return [one.id for one in live if one.runtime != HANDOFF]


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"
