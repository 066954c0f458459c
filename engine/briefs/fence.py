"""Fences: text from outside stands between marks that it cannot itself contain."""

from __future__ import annotations

import re

_TICKS = re.compile(r"`{3,}")


def fenced(text: str) -> str:
    """`text` as a fenced block, the fence longer than any run of backquotes within."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=2)
    fence = "`" * max(longest + 1, 4)
    return f"{fence}\n{text.rstrip()}\n{fence}"
