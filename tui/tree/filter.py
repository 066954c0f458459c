"""What of the tree is shown: the nodes that a person asked for, and their parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.lines.sanitize import one_line
from tui.lines.wrap import fit
from tui.read_model import LIVE_STATUS, TROUBLE_STATUS, WAITING_STATUS

if TYPE_CHECKING:
    from tui.tree.model import Node

Only = Literal["all", "active", "trouble"]
ROUND: tuple[Only, ...] = ("all", "active", "trouble")
_STATUS = {
    "active": LIVE_STATUS | WAITING_STATUS | TROUBLE_STATUS | {"paused"},
    "trouble": TROUBLE_STATUS | {"paused", "stale"},
}
MEANS: Mapping[Only, str] = {
    "all": "",
    "active": "running, waiting, failed",
    "trouble": "failed, stopped, paused, stale",
}


class Filter(NamedTuple):
    """Words that a name must have, and which states are looked at."""

    words: str = ""
    only: Only = "all"

    def __bool__(self) -> bool:
        return bool(self.words.strip()) or self.only != "all"

    @property
    def sought(self) -> str:
        """`store · failed, stopped, paused, stale`."""
        return " · ".join(filter(None, [self.words.strip(), MEANS[self.only]]))

    @property
    def text(self) -> str:
        """`filter: store · failed, stopped, paused, stale`."""
        return f"filter: {self.sought}" if self else ""

    def next(self) -> Filter:
        """The same words with the next choice of states."""
        return self._replace(only=ROUND[(ROUND.index(self.only) + 1) % len(ROUND)])


def nothing_found(wanted: Filter, width: int) -> str:
    """What stands in the place of a tree that the filter leaves empty, in one line."""
    before, after = " No step for ", ": esc shows all"
    return before + fit(one_line(wanted.sought, 200), max(1, width - len(before) - len(after))) + after


def kept(nodes: tuple[Node, ...], wanted: Filter) -> tuple[tuple[Node, ...], frozenset[str], int]:
    """The nodes that stay, which of them are opened because something below them was asked for, and how many match."""
    opened: set[str] = set()
    count = 0
    words = wanted.words.casefold().split()

    def keep(node: Node, names: str) -> Node | None:
        nonlocal count
        if node.session is not None or node.check is not None:
            return None
        names = f"{names} {node.label} {node.step.name if node.step else ''}".casefold()
        below = [child for child in node.children if child.session is None and child.check is None]
        if not below:
            if not _matches(node, names, words, wanted.only):
                return None
            count += 1
            return node
        inside = tuple(child for child in (keep(child, names) for child in below) if child is not None)
        if not inside:
            return None
        if not (wanted.only == "all" and node.phase is None):
            opened.add(node.key)
        return node._replace(children=inside)

    found = tuple(node for node in (keep(node, "") for node in nodes) if node is not None)
    return found, frozenset(opened), count


def _matches(node: Node, names: str, words: list[str], only: Only) -> bool:
    return (only == "all" or node.status in _STATUS[only]) and all(word in names for word in words)
