"""The system's clipboard, by the program that the desktop has for it. Blocking: call it in a thread."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

SECONDS = 3.0
_TOOLS = (
    ("wl-copy", "WAYLAND_DISPLAY", ()),
    ("xclip", "DISPLAY", ("-selection", "clipboard")),
    ("xsel", "DISPLAY", ("--clipboard", "--input")),
    ("pbcopy", "", ()),
)
"""Program, the variable of the desktop it belongs to, its arguments."""


def clipboard_command(environment: Mapping[str, str]) -> list[str]:
    """The program that takes text on its standard input; empty where there is none, as on a server."""
    for name, desktop, arguments in _TOOLS:
        place = shutil.which(name, path=environment.get("PATH"))
        if place and (not desktop or environment.get(desktop)):
            return [place, *arguments]
    return []


def to_clipboard(text: str, environment: Mapping[str, str]) -> None:
    """Copies `text`. Raises OSError or SubprocessError if the program is there and fails."""
    command = clipboard_command(environment)
    if command:
        subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )
