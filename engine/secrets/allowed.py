"""What a person insists on: `.meta-secrets-allowed`, one sha256 of a secret a line, with a comment."""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import MetaError
from engine.folders import is_workspace
from engine.secrets.finder import Found
from engine.state.atomic import write_atomic

ALLOWED = ".meta-secrets-allowed"
_LINE = re.compile(r"([0-9a-f]{64})(?:\s*#.*)?")
_HEAD = "# Secrets that may be committed and told to agents, as sha256. `meta allow-secret FILE:LINE` adds one.\n"


class AllowListError(MetaError):
    """The list of allowed secrets cannot be understood."""


def home_of(path: Path) -> Path:
    """The folder whose list speaks of a file: the workspace it lies in, else the folder it lies in."""
    folder = path.resolve().parent
    return next((one for one in (folder, *folder.parents) if is_workspace(one)), folder)


def read_allowed(folder: Path) -> frozenset[str]:
    """The sha256 of every secret that is allowed there. Raises AllowListError for a line that is none."""
    path = folder / ALLOWED
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise AllowListError(f"{path}: it cannot be read ({error}).") from error
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise AllowListError(
                f"{path}:{number}: expected the sha256 of a secret, 64 digits 0-9 and a-f, and a comment after #. "
                "Remove the line; `meta allow-secret FILE:LINE` writes a right one."
            )
        found.add(match[1])
    return frozenset(found)


def allow(folder: Path, found: Found) -> bool:
    """Add a secret to the list. Returns whether it was not there yet."""
    return allow_sha256(folder, found.sha256, f"{found.kind} in {found.path}:{found.line}")


def allow_sha256(folder: Path, sha256: str, comment: str) -> bool:
    """As `allow`, for a secret of which only the sha256 is at hand."""
    if sha256 in read_allowed(folder):
        return False
    path = folder / ALLOWED
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    line = f"{sha256}  # {comment}\n"
    write_atomic(path, (before.rstrip("\n") + "\n" + line).encode())
    return True
