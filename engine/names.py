"""Names of LEGOs, steps and gates: one pattern, one way to combine them. And the one runtime that is none."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z][a-z0-9_]*")

REPLAY = "replay"
"""The runtime that plays a recording: no agent works there."""

INTENT = "app_intent.md"
"""What a person wants, in their own words."""

VERSION_FILE = ".meta-version"
"""Says in a released app which engine and which document made it."""


def is_name(text: str) -> bool:
    """Whether `text` may name a LEGO, a step or a gate."""
    return NAME.fullmatch(text) is not None


def name_from_title(title: str) -> str:
    """A step name made from a phase title: "Risk and trade-offs" → "risk_and_trade_offs"."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def instance_name(step: str, lego: str | None) -> str:
    """The name of one run of a step, which is also its gate's: `tests` or `tests_store`."""
    return f"{step}_{lego}" if lego else step
