"""A line of a list to choose from. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

NOTHING = Content("")


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `right` is never cut; `words` is what a search looks in. A heading cannot be chosen."""

    key: str
    left: Content
    right: Content = NOTHING
    words: str = ""
    heading: bool = False
