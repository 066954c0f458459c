"""A small repository to try things on, and looking at what is on the disk."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from engine.git import Repository


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of everything below `folder`, git's own files included."""
    found = {}
    for path in sorted(folder.rglob("*")):
        content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, content)
    return found


def files_on_disk(folder: Path) -> list[str]:
    """Every file below `folder` apart from git's own."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return sorted(str(path) for path in found if path.parts[0] != ".git")


def plain_git(folder: Path, *arguments: str) -> str:
    """What the user sees who runs git in `folder`."""
    command = ["git", "-c", "user.name=u", "-c", "user.email=u@localhost", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)


def make_repository(root: Path) -> Repository:
    """A repository whose checkout holds a few files, all committed."""
    made = Repository.init(root)
    files = {
        ".gitignore": b"*.log\n.orchestrator/\n",
        "README.md": b"one\n",
        "run": b"#!/bin/sh\n",
        "src/a.py": b"a = 1\n",
        "src/b.py": b"b = 1\n",
        "tests/test_a.py": b"assert True\n",
    }
    made.fast_forward(None, made.commit_files(None, files, "first"))
    return made
