"""Opens a file to be edited: in the person's own editor, in place of the screen, or in the one built in."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from tui.person.personal import PersonalApp


def own_editor(environ: Mapping[str, str]) -> list[str]:
    """The person's editor as a command line; empty where they have none. Raises ValueError for an open quote."""
    return shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "")


def edit_file(
    app: PersonalApp, path: Path, left: Callable[[bool], None] = lambda _: None, *, look_only: bool = False
) -> None:
    """Calls `left` when the editor is left, or could not be opened: with whether the file can be another one now.

    With `look_only` the built-in editor changes nothing.
    """
    if app.preferences.settings.editor != "built in" and _edit_outside(app, path):
        left(True)
        return
    from tui.screens.editor import open_editor

    open_editor(app, path, left, look_only=look_only)


def _edit_outside(app: PersonalApp, path: Path) -> bool:
    """Waits until the person's own editor is left. False where there is none, or the screen cannot make room for it."""
    wrong = ""
    try:
        command = own_editor(os.environ)
        if not command:
            return False
        with app.suspend():
            try:
                subprocess.run([*command, str(path)], check=False)
            except OSError as error:  # in here: the screen comes back only where no error passes by
                wrong = f"{command[0]}: {error.strerror}"
    except SuspendNotSupported:
        return False
    except ValueError as error:
        wrong = str(error)
    if wrong:
        text = f"{wrong}. Set EDITOR to a program you have. Here is the built-in one."
        app.notify(text, title="Your editor cannot be opened", severity="warning", markup=False, timeout=12)
    return not wrong
