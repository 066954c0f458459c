"""What an undo would take back, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.keys import key_name
from tui.lines.format import plural
from tui.lines.sanitize import one_line

if TYPE_CHECKING:
    from tui.loaders.undoing import Unit

MOST_FILES, MOST_COMMITS = 12, 5


def question(unit: Unit) -> str:
    """The question itself."""
    return f"Bring back what {unit.name} took away?" if unit.redo else f"Undo {unit.name}?"


def consequence(unit: Unit) -> str:
    """What a yes does: what goes, what stays, what goes that a person might miss."""
    return "\n".join(_lines(unit))


def done(unit: Unit, commit: str) -> str:
    """What was done, and how it is taken back."""
    back = "u takes it away again." if unit.redo else f"{key_name('ctrl+r')} brings it back."
    again = f" R merges {unit.legos[0]} again." if unit.kind == "lego" else ""
    return f"{unit.name} is undone, by commit {commit[:8]}.{again} {back}"


def nothing(redo: bool) -> str:
    """There is none."""
    if redo:
        return "There is no undo to take back, or something was done since."
    return "No LEGO was merged yet, and no change was made."


def _lines(unit: Unit) -> Iterator[str]:
    yield "A new commit does it, and the state goes back with the files."
    if unit.edits_lost:
        yield f"! Your edits go with it, made on these very lines: {_names(unit.edits_lost)}"
    yield ""
    if unit.legos:
        yield f"LEGOs         {_names(unit.legos)}"
    if unit.requirements:
        yield f"requirements  {_names(unit.requirements)}"
    yield from (f"{'' if n else 'takes back':<13} {id_} {one_line(said)}" for n, (id_, said) in _first(unit.commits))
    if len(unit.commits) > MOST_COMMITS:
        yield f"{'':<13} and {plural(len(unit.commits) - MOST_COMMITS, 'commit')} more"
    for number, (path, counts) in enumerate(list(unit.files.items())[:MOST_FILES]):
        changed = f"+{counts[0]} -{counts[1]}" if counts else "no text"
        yield f"{'' if number else 'files':<13} {one_line(path)}  {changed}"
    if len(unit.files) > MOST_FILES:
        yield f"{'':<13} and {plural(len(unit.files) - MOST_FILES, 'file')} more"
    if not unit.files:
        yield "files         none differs"
    if stays := [*unit.edits_kept, *unit.uncommitted]:
        yield f"your edits    {_names(stays)}: they stay"
    for app in unit.sub_apps:
        yield f"left alone    {one_line(app)}, a workspace of its own"


def _first(commits: Sequence[tuple[str, str]]) -> Iterator[tuple[int, tuple[str, str]]]:
    return iter(enumerate(commits[:MOST_COMMITS]))


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_FILES} more" if len(names) > MOST_FILES else ""
    return ", ".join(one_line(name) for name in names[:MOST_FILES]) + more
