"""Opens a file in the person's editor, in place of the screen, and comes back."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported


def editor_command() -> list[str]:
    """The person's editor, as a command line."""
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")


def edit_file(app: App[Any], path: Path) -> bool:
    """Waits until the editor is left. Says what is wrong, and returns False, when there is no editor to open."""
    command = [*editor_command(), str(path)]
    try:
        with app.suspend():
            subprocess.run(command, check=False)
    except SuspendNotSupported:
        app.notify(f"Open it yourself: {path}", title="No editor can be opened here", severity="warning", markup=False)
        return False
    except OSError as error:
        text = f"{command[0]}: {error.strerror}. Set EDITOR to a program you have."
        app.notify(text, title="The editor cannot be opened", severity="error", markup=False)
        return False
    return True
