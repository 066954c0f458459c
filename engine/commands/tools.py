"""Tools: lint, prove, handoff."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.briefs.patterns_checking import is_advice, lint_advice
from engine.commands.common import fetch_option, folder, told, unsandboxed_option, with_packages
from engine.errors import EXIT_ERROR, UsageError
from engine.lifecycle.prove import prove_workspace
from engine.linting import TOOLCHAINS, lint_document, lint_toolchain, toolchain_documents
from engine.resources import document
from engine.sessions.handoff import finish, open_briefs
from engine.workspace import Workspace


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@told
def lint(file: Path | None) -> None:
    """Check document, toolchains, cards and patterns in force here, or one FILE of these: file:line:column: message."""
    overlay = Path(".meta")
    programs = [document(name, overlay) for name in ("AGENTS.md", "retrospective.md")]
    paths = [file] if file else [*programs, *toolchain_documents(overlay)]
    found: dict[Path, list[str]] = {}
    for path in paths:
        if path.parent.name == TOOLCHAINS:
            found[path] = lint_toolchain(path, overlay)
        elif not is_advice(path):
            found[path] = list(map(str, lint_document(path)))
    if file is None or is_advice(file):
        found |= {path: list(map(str, problems)) for path, problems in lint_advice(overlay, file).items()}
    for path, problems in found.items():
        for line in problems or [f"{path}: no mistakes"]:
            click.echo(line)
    if any(found.values()):
        sys.exit(EXIT_ERROR)


@click.command()
@unsandboxed_option
@fetch_option
@folder
@told
def prove(folder: Path, unsandboxed: bool, fetch: bool) -> None:
    """Run every receipt of the app again, on the commit that is checked out, in a clean checkout."""
    red = 0
    for line, good in with_packages(lambda: list(prove_workspace(folder, unsandboxed)), fetch):
        red += not good
        click.echo(f"{'✓' if good else '✗'} {line}")
    if red:
        click.echo(f"{red} not proven")
        sys.exit(EXIT_ERROR)
    click.echo("everything is proven")


@click.group()
def handoff() -> None:
    """Briefs that wait for you, or for any tool that reads and writes files."""


@handoff.command("list")
@folder
@told
def list_(folder: Path) -> None:
    """The open briefs: id and the folder in which to write the answer."""
    briefs = open_briefs(Workspace.at(folder).root)
    for brief in briefs:
        click.echo(f"{brief.id}\t{brief.worktree}")
    if not briefs:
        click.echo("no brief is open", err=True)


@handoff.command()
@click.argument("session", metavar="ID")
@folder
@told
def show(session: str, folder: Path) -> None:
    """Print a brief."""
    workspace = Workspace.at(folder)
    for brief in open_briefs(workspace.root):
        if brief.id == session:
            click.echo(brief.brief.read_text(encoding="utf-8"))
            return
    names = ", ".join(brief.id for brief in open_briefs(workspace.root)) or "none"
    raise UsageError(f"{session}: no such open brief. Open: {names}.")


@handoff.command()
@click.argument("session", metavar="ID")
@click.option("--result", type=click.Path(path_type=Path), help="A result.json from elsewhere.")
@folder
@told
def done(session: str, result: Path | None, folder: Path) -> None:
    """Say that the answer is complete: the files and .session/result.json in the session's folder."""
    finish(Workspace.at(folder).root, session, result)
    click.echo(f"{session} handed back")
