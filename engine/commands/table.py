"""Which commands there are and where each one lives. Nothing is imported for it."""

from __future__ import annotations

import shlex
from pathlib import Path

ELSEWHERE = {
    "building": ("new", "run"),
    "adopting": ("adopt",),
    "briefing": ("brief",),
    "looking": ("status", "log", "doctor"),
    "deciding": ("approve", "revise", "answer"),
    "acting": ("retry", "refresh", "note", "set", "cancel", "pause", "go-on", "stop"),
    "taking_over": ("take-over", "hand-back"),
    "tools": ("lint", "prove", "handoff"),
    "drifting": ("drift",),
    "maintaining": ("plan", "apply"),
    "upgrading": ("upgrade",),
    "undoing": ("undo",),
    "adapters": ("adapters",),
    "wisdom": ("wisdom",),
    "serve": ("serve",),
    "allowing": ("allow-secret",),
}
"""Module of `engine.commands` → its commands: imported when called, so that none waits for what others need."""


NAMES = {
    "set": "set_",
    "go-on": "go_on_",
    "allow-secret": "allow_secret",
    "take-over": "take_over",
    "hand-back": "hand_back",
}
"""Commands whose name is no name for a function, or one that is taken."""

HERE = ("open", "demo")
"""Those of `engine.cli` itself."""

COMMANDS = frozenset([*HERE, *(name for names in ELSEWHERE.values() for name in names)])
"""Every command by name. Anything else is a folder to open: `meta DIR` is `meta open DIR`."""


def folder_argument(place: Path) -> str:
    """How a shell gives this folder to `meta`: quoted, and not to be taken for a command or an option."""
    plain = str(place)
    return shlex.quote(f"./{plain}" if plain in COMMANDS or plain.startswith("-") else plain)
