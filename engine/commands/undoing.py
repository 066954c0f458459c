"""The command that takes the last unit of work back: `meta undo`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from engine.commands.common import attended, folder, tell_json, told
from engine.errors import EXIT_WAITING
from engine.runner.undoing import CannotUndo, Preview, finish_cut_off, name_of, preview
from engine.runner.undoing import undo as take_back
from engine.wording import more, shown, some
from engine.workspace import Workspace

SCHEMA_VERSION = 1
MOST_SHOWN = 20


@click.command()
@click.option("--yes", is_flag=True, help="Do it; without, it is shown and, on a terminal, asked.")
@click.option("--redo", is_flag=True, help="Take the last undo back instead, as long as nothing was done since.")
@click.option("--json", "as_json", is_flag=True, help="What is undone as JSON.")
@click.option("--only", type=int, metavar="ID", help="Only if that is still what would be undone: the id in the JSON.")
@folder
@told
def undo(folder: Path, yes: bool, redo: bool, as_json: bool, only: int | None) -> None:
    """Show the last LEGO merge or the last change of the app, and take it back: its files and the state.

    A new commit does it; what was edited since stays. `--yes` does it unasked; elsewhere than on a terminal it is only
    shown without that, with exit code 3.
    """
    workspace = Workspace.at(folder)
    if finish_cut_off(workspace, lambda words: click.echo(words, err=as_json)):
        if as_json:
            tell_json(_document(None, ""))
        return
    seen = preview(workspace, redo)
    if seen is None:
        _nothing(redo, as_json)
        return
    if only not in (None, seen.unit.id):
        raise CannotUndo(f"what would be undone by now is {name_of(seen.unit)}: look again with `meta undo`")
    if not as_json:
        for line in _lines(seen):
            click.echo(line)
    if not yes and not _agreed(as_json):
        if as_json:
            tell_json(_document(seen, ""))
        else:
            click.echo("nothing was changed; `meta undo --yes` does it" if not redo else "nothing was changed")
        sys.exit(EXIT_WAITING)
    commit = take_back(workspace, seen)
    if as_json:
        tell_json(_document(seen, commit))
        return
    click.echo(f"{name_of(seen.unit)} is undone, by commit {commit[:8]}. {_what_next(seen)}")


def _agreed(as_json: bool) -> bool:
    """What a person at the terminal says; nobody else is asked."""
    asked = not as_json and attended()
    return asked and click.confirm("undo this?", default=False)


def _nothing(redo: bool, as_json: bool) -> None:
    if as_json:
        tell_json(_document(None, ""))
    elif redo:
        click.echo("there is no undo to take back, or something was done since")
    else:
        click.echo("there is nothing to undo: no LEGO was merged and no change was made")


def _what_next(seen: Preview) -> str:
    match seen.unit.kind:
        case "lego":
            return f"`meta retry {seen.unit.legos[0]}` merges it again, `meta undo --redo` brings it back as it was."
        case "change":
            return "What you wrote in the intent stands: `meta plan` plans anew. `meta undo --redo` brings it back."
        case "undo":
            return "`meta undo` takes it away again."


def _lines(seen: Preview) -> Iterator[str]:
    unit, reverted = seen.unit, seen.reverted
    yield f"undo {name_of(unit)}"
    if unit.legos:
        yield f"LEGOs: {', '.join(unit.legos)}"
    if seen.requirements:
        yield f"requirements: {', '.join(seen.requirements)}"
    if seen.commits:
        yield "commits"
        yield from _first(f"{id_} {subject}" for id_, subject in seen.commits)
    yield "files" if reverted.changed else "files: none differs"
    yield from _first(
        f"{shown(path)} {f'+{counts[0]} -{counts[1]}' if counts else 'no text'}"
        for path, counts in reverted.changed.items()
    )
    if stays := [path for path in reverted.edited if not path.startswith(seen.apart)]:
        yield f"edits that stay: {', '.join(map(shown, stays))}"
    if seen.uncommitted:
        yield f"not committed, and left alone: {some([*map(shown, seen.uncommitted)], MOST_SHOWN)}"
    if reverted.lost:
        yield f"edits that go as well, made on lines of this very work: {', '.join(map(shown, reverted.lost))}"
    for app in seen.apart:
        yield f"left as it is: {app}, a workspace of its own; `meta undo {app.rstrip('/')}` undoes there"


def _first(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from (f"  {line}" for line in every[:MOST_SHOWN])
    if left := more(every, MOST_SHOWN):
        yield f" {left}"


def _document(seen: Preview | None, commit: str) -> dict[str, object]:
    """`done`: the commit that did it; null while it is only shown."""
    document: dict[str, object] = {"schema_version": SCHEMA_VERSION, "unit": None, "done": commit or None}
    if seen:
        changed = {
            path: {"added": counts[0], "deleted": counts[1]} if counts else None
            for path, counts in seen.reverted.changed.items()
        }
        document |= {
            "unit": {"id": seen.unit.id, "kind": seen.unit.kind, "name": name_of(seen.unit), "began_at": seen.unit.at},
            "legos": list(seen.unit.legos),
            "requirement_ids": list(seen.requirements),
            "commits": [{"id": id_, "subject": subject} for id_, subject in seen.commits],
            "files": changed,
            "edits_kept": list(seen.reverted.edited),
            "edits_lost": list(seen.reverted.lost),
            "uncommitted": list(seen.uncommitted),
            "sub_apps": list(seen.apart),
        }
    return document
