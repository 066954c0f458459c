"""Where a session and a person changed the same lines: each hunk as it was, as it is, as the session has it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.conflict_places import hunks
from tui.editing.drafts import GateDraft, Spot, spot_key
from tui.lines.format import plural
from tui.lines.sanitize import clean
from tui.lines.text import TextLine, blank, heading
from tui.words.gate_lines import COMMENT, Shown, comment_lines

if TYPE_CHECKING:
    from engine.conflict_places import Hunk
    from engine.conflict_reading import PlaceStanding
    from engine.conflicts import Standing, Stands

_QUOTE = 400
_MARK = "conflict "
_NOTES: Mapping[Standing | PlaceStanding, tuple[str, str, str]] = {
    "yours": ("your lines stand", "stands now", "left out"),
    "new": ("the new lines stand", "left out", "stands now"),
    "edited": ("edited by hand", "", ""),
    "unclear": ("looks like another place of the file", "", ""),
    "unknown": ("", "stands now", "left out"),
}
"""Whose lines stand → what is said of the place or file, of the person's lines, of the new ones."""

_SUMMED: Mapping[PlaceStanding, str] = {
    "yours": "yours",
    "new": "new",
    "edited": "edited by hand",
    "unclear": "unclear",
}
_COLOURS = {"stands now": "$text-success", "left out": "$text-warning"}


def place_of(spot: Spot) -> int:
    """Which hunk of its file a spot of the conflicts is, from 0."""
    return int(spot.key.rpartition(_MARK)[2]) - 1


def conflict_lines(
    conflicts: Sequence[tuple[str, str]], draft: GateDraft, standing: Mapping[str, Stands] = MappingProxyType({})
) -> Shown:
    """What an answer means, then every file with its hunks; each hunk can be commented on.

    `standing`: path → whose lines the file has now, as far as that was read.
    """
    spots: dict[str, Spot] = {}
    lines = [*_meaning(len(conflicts))]
    for path, text in conflicts:
        stands, shown = standing.get(path), hunks(text)
        at_place = stands.places if stands and stands.places else (stands.file if stands else None,) * len(shown)
        lines += [blank(), _of_file(path, stands)]
        for number, (hunk, side) in enumerate(zip(shown, at_place, strict=True), 1):
            quote = clean("\n".join(hunk.new))[:_QUOTE] or clean(hunk.said)
            spot = Spot(spot_key(path, f"{_MARK}{number}"), path, None, quote)
            spots[spot.key] = spot
            lines += _hunk(number, hunk, spot, side)
            for comment in (one for one in draft.comments if one.spot.key == spot.key):
                lines += comment_lines(comment, "      ┃ ")
                spots[COMMENT + spot.key] = spot
    return Shown(tuple(lines), spots)


def _meaning(files: int) -> Iterator[TextLine]:
    yield heading("You and the session changed the same lines", plural(files, "file"))
    yield TextLine("Everywhere else your edits and the new work are both in it.", "$text-muted")
    yield TextLine("take the new lines at the cursor; T in its whole file.", marks=_key("t"))
    yield TextLine("back to your lines there; Y in its whole file.", marks=_key("y"))
    yield TextLine("edit it: bring the two together yourself.", marks=_key("e"))
    yield TextLine("approve: what stands now stays, your lines unless you took others.", marks=_key("a"))
    yield TextLine("revise: it goes back with your words, c comments on one place.", marks=_key("r"))


def _key(key: str) -> tuple[tuple[str, str], ...]:
    return ((f"{key}  ", "bold $text-warning"),)


def _of_file(path: str, stands: Stands | None) -> TextLine:
    """The heading of a file, with the sum of its places."""
    note = _NOTES[stands.file][0] if stands else ""
    if stands and len(set(stands.places)) > 1:
        many = Counter(stands.places)
        note = " · ".join(f"{many[one]} {words}" for one, words in _SUMMED.items() if many[one])
    return TextLine(
        clean(path), "bold $text-accent", note=note, note_style=_note_style(stands.file if stands else None)
    )


def _note_style(stands: Standing | PlaceStanding | None) -> str:
    return "$text-success" if stands in ("new", "edited") else "$text-muted"


def _hunk(number: int, hunk: Hunk, spot: Spot, stands: Standing | PlaceStanding | None) -> Iterable[TextLine]:
    said, yours, new = _NOTES[stands or "unknown"]
    yield TextLine(
        clean(hunk.said) or f"place {number}",
        "$text-secondary",
        marks=(("  @ ", "$text-secondary"),),
        note="" if hunk.said else said,
        note_style=_note_style(stands),
        key=spot.key,
    )
    if hunk.said:
        return
    yield from _side("yours", yours, hunk.yours)
    yield from _side("as it was generated", "", hunk.generated, "$text-muted", " ")
    yield from _side("new", new, hunk.new)


def _side(title: str, note: str, lines: Sequence[str], style: str = "", mark: str = "▌") -> Iterable[TextLine]:
    style = style or _COLOURS.get(note, "$text-secondary")
    yield TextLine(title, f"bold {style}", marks=(("    ", ""),), note=note)
    for line in lines:
        yield TextLine(clean(line), style, marks=((f"    {mark} ", style),))
    if not lines:
        yield TextLine("(no lines)", "italic $text-muted", marks=((f"    {mark} ", style),))
