"""Where a session and a person changed the same lines: each hunk as it was, as it is, as the session has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.drafts import GateDraft, Spot, spot_key
from tui.format import plural
from tui.gate_lines import COMMENT, Shown, comment_lines
from tui.sanitize import clean
from tui.text_lines import TextLine, blank, heading

_YOURS, _GENERATED, _NEW, _END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "
_QUOTE = 400
_SIDES = (
    ("yours", "stands now", "success", "▌"),
    ("as it was generated", "", "muted", " "),
    ("new", "left out", "warning", "▌"),
)
"""In the order of git's own conflict marks: title, note, colour, mark."""


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


def conflict_lines(conflicts: Sequence[tuple[str, str]], draft: GateDraft) -> Shown:
    """What an answer means, then every file with its hunks; each hunk can be commented on."""
    spots: dict[str, Spot] = {}
    lines = [*_meaning(len(conflicts))]
    for path, text in conflicts:
        lines += [blank(), TextLine(clean(path), "bold $text-accent")]
        for number, hunk in enumerate(hunks(text), 1):
            spot = Spot(spot_key(path, f"conflict {number}"), path, None, "\n".join(hunk.new)[:_QUOTE] or hunk.said)
            spots[spot.key] = spot
            lines += _hunk(number, hunk, spot)
            for comment in (one for one in draft.comments if one.spot.key == spot.key):
                lines += comment_lines(comment, "      ┃ ")
                spots[COMMENT + spot.key] = spot
    return Shown(tuple(lines), spots)


def _meaning(files: int) -> Iterator[TextLine]:
    yield heading("You and the session changed the same lines", plural(files, "file"))
    yield TextLine("Everywhere else your edits and the new work are both in it.", "$text-muted")
    yield TextLine("approve: your lines stay, and what the session wrote there is left out.", marks=_key("a"))
    yield TextLine(
        "revise: it goes back with your words, c comments on one place. Your lines stay till then.", marks=_key("r")
    )
    yield TextLine("edit: bring the two together yourself, then approve that.", marks=_key("e"))


def _key(key: str) -> tuple[tuple[str, str], ...]:
    return ((f"{key}  ", "bold $text-warning"),)


def _hunk(number: int, hunk: Hunk, spot: Spot) -> Iterable[TextLine]:
    yield TextLine(
        hunk.said or f"place {number}", "$text-secondary", marks=(("  @ ", "$text-secondary"),), key=spot.key
    )
    if hunk.said:
        return
    for (title, note, colour, mark), lines in zip(_SIDES, (hunk.yours, hunk.generated, hunk.new), strict=True):
        style = f"$text-{colour}"
        yield TextLine(title, f"bold {style}", marks=(("    ", ""),), note=note)
        for line in lines:
            yield TextLine(line, style, marks=((f"    {mark} ", style),))
        if not lines:
            yield TextLine("(no lines)", "italic $text-muted", marks=((f"    {mark} ", style),))
