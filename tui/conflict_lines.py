"""Where a session and a person changed the same lines: each hunk as it was, as it is, as the session has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.drafts import GateDraft, Spot, spot_key
from tui.format import plural
from tui.gate_lines import COMMENT, Shown, comment_lines
from tui.sanitize import clean
from tui.text_lines import TextLine, blank, heading

if TYPE_CHECKING:
    from engine.conflicts import Standing

_YOURS, _GENERATED, _NEW, _END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "
_QUOTE = 400
_NOTES: Mapping[Standing, tuple[str, str, str]] = {
    "yours": ("your lines stand", "stands now", "left out"),
    "new": ("the new lines stand", "left out", "stands now"),
    "edited": ("as you brought it together", "", ""),
    "unknown": ("", "stands now", "left out"),
}
"""Whose lines stand → what is said of the file, of the person's lines, of the new ones."""

_COLOURS = {"stands now": "$text-success", "left out": "$text-warning"}


@dataclass(frozen=True, slots=True)
class Hunk:
    """The three versions of some lines; or, in `said`, what else is in conflict."""

    yours: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    said: str = ""


def hunks(text: str) -> list[Hunk]:
    """What git marked; lines outside of marks say what cannot be shown as lines."""
    found: list[Hunk] = []
    sides: list[list[str]] | None = None
    for line in clean(text).rstrip("\n").split("\n"):
        if sides is None and line.startswith(_YOURS):
            sides = [[]]
        elif sides is None:
            found += [Hunk(said=line)] if line.strip() else []
        elif line.startswith(_END) and len(sides) == 3:
            yours, generated, new = map(tuple, sides)
            found.append(Hunk(yours, generated, new))
            sides = None
        elif (line.startswith(_GENERATED) and len(sides) == 1) or (line == _NEW and len(sides) == 2):
            sides.append([])
        else:
            sides[-1].append(line)
    return found


def conflict_lines(
    conflicts: Sequence[tuple[str, str]], draft: GateDraft, standing: Mapping[str, Standing] = MappingProxyType({})
) -> Shown:
    """What an answer means, then every file with its hunks; each hunk can be commented on.

    `standing`: path → whose lines the file has now, as far as that was read.
    """
    spots: dict[str, Spot] = {}
    lines = [*_meaning(len(conflicts))]
    for path, text in conflicts:
        stands = standing.get(path)
        colour = "$text-success" if stands in ("new", "edited") else "$text-muted"
        note = _NOTES[stands][0] if stands else ""
        lines += [blank(), TextLine(clean(path), "bold $text-accent", note=note, note_style=colour)]
        for number, hunk in enumerate(hunks(text), 1):
            spot = Spot(spot_key(path, f"conflict {number}"), path, None, "\n".join(hunk.new)[:_QUOTE] or hunk.said)
            spots[spot.key] = spot
            lines += _hunk(number, hunk, spot, stands or "yours")
            for comment in (one for one in draft.comments if one.spot.key == spot.key):
                lines += comment_lines(comment, "      ┃ ")
                spots[COMMENT + spot.key] = spot
    return Shown(tuple(lines), spots)


def _meaning(files: int) -> Iterator[TextLine]:
    yield heading("You and the session changed the same lines", plural(files, "file"))
    yield TextLine("Everywhere else your edits and the new work are both in it.", "$text-muted")
    yield TextLine("take the new lines in the file under the cursor.", marks=_key("t"))
    yield TextLine("back to your lines in it.", marks=_key("y"))
    yield TextLine("edit it: bring the two together yourself.", marks=_key("e"))
    yield TextLine("approve: what stands now stays, your lines unless you took others.", marks=_key("a"))
    yield TextLine("revise: it goes back with your words, c comments on one place.", marks=_key("r"))


def _key(key: str) -> tuple[tuple[str, str], ...]:
    return ((f"{key}  ", "bold $text-warning"),)


def _hunk(number: int, hunk: Hunk, spot: Spot, standing: Standing) -> Iterable[TextLine]:
    yield TextLine(
        hunk.said or f"place {number}", "$text-secondary", marks=(("  @ ", "$text-secondary"),), key=spot.key
    )
    if hunk.said:
        return
    _, yours, new = _NOTES[standing]
    yield from _side("yours", yours, hunk.yours)
    yield from _side("as it was generated", "", hunk.generated, "$text-muted", " ")
    yield from _side("new", new, hunk.new)


def _side(title: str, note: str, lines: Sequence[str], style: str = "", mark: str = "▌") -> Iterable[TextLine]:
    style = style or _COLOURS.get(note, "$text-secondary")
    yield TextLine(title, f"bold {style}", marks=(("    ", ""),), note=note)
    for line in lines:
        yield TextLine(line, style, marks=((f"    {mark} ", style),))
    if not lines:
        yield TextLine("(no lines)", "italic $text-muted", marks=((f"    {mark} ", style),))
