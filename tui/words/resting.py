"""Runtimes that cannot work now, in words that count down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from tui.lines.sanitize import one_line

if TYPE_CHECKING:
    from tui.read_model import RestView


def resting_text(resting: Sequence[RestView], now: float) -> str:
    """`paused: codex until 14:05 (in 12 min), claude until you act: not logged in`; empty when all can work."""
    told = [text for rest in resting if (text := _one(rest, now))]
    return f"paused: {', '.join(told)}" if told else ""


def _one(rest: RestView, now: float) -> str:
    name = one_line(rest.runtime, 30)
    if rest.until is None:
        return f"{name} until you act" + (f": {one_line(rest.reason, 100)}" if rest.reason else "")
    if rest.until <= now:
        return f"{name} is tried again"
    return f"{name} until {time.strftime('%H:%M', time.localtime(rest.until))} (in {_left(rest.until - now)})"


def _left(seconds: float) -> str:
    if seconds < 60:
        return f"{ceil(seconds)} s"
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
