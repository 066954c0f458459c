"""What is cut from a brief that is too long: advice first, then what is least needed; what the work stands on never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from engine.briefs.fence import fenced
from engine.briefs.inputs import Input
from engine.briefs.outline import outline
from engine.briefs.patterns import ChosenPattern
from engine.briefs.tokens import estimate
from engine.briefs.wisdom import Chosen

FIRST, ENOUGH, LEAST = 0.4, 0.2, 0.05
"""Shares of the limit: an outline begins with the first, comes down to the second before anything else is left out,
and to the third before it is left out itself."""
SMALLER = 0.75


@dataclass(frozen=True)
class Parts:
    """What may be cut when a brief is too long, least important last in the order of cutting."""

    inputs: list[Input]
    evidence: list[str]
    wisdom: list[Chosen]
    toolchain: str
    left_out: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    """In a change of a finished app: how the inputs differ from what they were."""
    edits: list[str] = field(default_factory=list)
    """In such a change: what people edited in generated files."""
    patterns: list[ChosenPattern] = field(default_factory=list)

    @property
    def not_told(self) -> list[str]:
        """What was left out, and what is told in part."""
        in_part = [one.name for one in self.inputs if one.room]
        return [*self.left_out, *(f"most of `{name}`: it lies in the folder, open it" for name in in_part)]


def cut(parts: Parts, limit: int, alone: Callable[[], int]) -> Parts | None:
    """One part fewer or smaller, the least important first; None when nothing is left to cut.

    `limit` are the tokens of the whole brief, `alone()` what it takes without any input.
    """
    if parts.patterns:
        last = parts.patterns[-1].pattern.id
        return replace(parts, patterns=parts.patterns[:-1], left_out=[*parts.left_out, _pattern(last)])
    spare = [one for one in parts.wisdom if not one.kept]
    if spare:
        rest = [one for one in parts.wisdom if one is not spare[-1]]
        return replace(parts, wisdom=rest, left_out=[*parts.left_out, _card(spare[-1].card.id)])
    given = [one for one in parts.inputs if not one.under_review]
    return (
        _outlined(parts, limit, alone)
        or _shortened(parts, parts.inputs, limit * ENOUGH)
        or _dropped(parts, [one for one in given if not one.room])
        or _shortened(parts, given, limit * LEAST)
        or _dropped(parts, given)
        or _shortened(parts, parts.inputs, limit * LEAST)
        or _dropped(parts, parts.inputs)
        or next((_exchanged(parts, one, int(limit * FIRST)) for one in parts.inputs if not one.room), None)
    )


def give_back(parts: Parts, full: Parts, fits: Callable[[Parts], bool]) -> Parts:
    """The advice that had to go before a large input did, as far as there is room for it now."""
    for chosen in full.wisdom:
        if chosen not in parts.wisdom:
            rest = [one for one in parts.left_out if one != _card(chosen.card.id)]
            more = replace(parts, wisdom=[*parts.wisdom, chosen], left_out=rest)
            parts = more if fits(more) else parts
    for pattern in full.patterns[len(parts.patterns) :]:
        rest = [one for one in parts.left_out if one != _pattern(pattern.pattern.id)]
        more = replace(parts, patterns=[*parts.patterns, pattern], left_out=rest)
        parts = more if fits(more) else parts
    return parts


def _card(id_: str) -> str:
    return f"advice: card {id_}"


def _pattern(id_: str) -> str:
    return f"advice: pattern {id_}"


def _outlined(parts: Parts, limit: int, alone: Callable[[], int]) -> Parts | None:
    """An outline in place of what would not even fit if it were the only input."""
    known = [one for one in parts.inputs if one.whole and not one.room and estimate(one.text) > limit // 4]
    least = alone() if known else 0
    for one in known:
        if estimate(one.text) + least > limit:
            return _exchanged(parts, one, int(limit * FIRST))
    return None


def _shortened(parts: Parts, inputs: Sequence[Input], least: float) -> Parts | None:
    """The longest outline made smaller."""
    long = max((one for one in inputs if one.room * SMALLER >= least), key=lambda one: one.room, default=None)
    return _exchanged(parts, long, int(long.room * SMALLER)) if long else None


def _exchanged(parts: Parts, one: Input, room: int) -> Parts:
    """The parts with an outline of that size in place of an input."""
    text, told, known = outline(one.name, one.body, room)
    note = f"an outline, {told:,} of {known:,} lines; the whole file lies in the folder"
    smaller = replace(one, text=fenced(text), note="; ".join(filter(None, [one.mark, note])), room=room)
    return replace(parts, inputs=[smaller if other is one else other for other in parts.inputs])


def _dropped(parts: Parts, inputs: Sequence[Input]) -> Parts | None:
    """The parts without the last of these inputs that may be left out."""
    last = next((one for one in reversed(inputs) if not one.kept), None)
    if last is None:
        return None
    rest = [one for one in parts.inputs if one is not last]
    return replace(parts, inputs=rest, left_out=[*parts.left_out, f"`{last.name}`: it lies in the folder, open it"])
