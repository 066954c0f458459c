"""What a check may read so that its interpreter starts, although the home folder is hidden."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def interpreter_paths(interpreter: Path | None = None) -> tuple[Path, ...]:
    """The folders that `interpreter` (default: the engine's own) lives in, following its links one by one."""
    own = Path(sys.executable)
    folders = _installations(interpreter or own)
    if interpreter in (None, own):
        folders += [Path(sys.prefix), Path(sys.base_prefix)]
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))


def _installations(program: Path) -> list[Path]:
    folders = []
    for link in _links(program):
        installation = link.parent.parent
        folders.append(link.parent if _too_much(installation) else installation)
    return folders


def _links(program: Path) -> list[Path]:
    links = [program.absolute()]
    while links[-1].is_symlink() and len(links) < 40:
        target = links[-1].parent / links[-1].readlink()
        links.append(Path(os.path.normpath(target)))
    return [*links, program.resolve()]


def _too_much(folder: Path) -> bool:
    """Whether showing that folder would show the home folder, or everything."""
    home = Path.home().resolve()
    return home.is_relative_to(folder.resolve())
