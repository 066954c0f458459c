"""Three versions of one file made into one, by git's own merge."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.git.process import Result, run_git

Side = Literal["ours", "theirs"]
_LABELS = ("yours", "as it was generated", "new")
_MARKS = re.compile(r"<+|\|+|=+|>+")
MARK_SIZE = 7
"""How long git's marks of a conflict are, unless a line looks like one of them."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text, and the places where both sides had changed the same lines, as git shows them ("" if none)."""

    text: bytes
    conflicts: str = ""


def merge_texts(base: bytes, ours: bytes, theirs: bytes, favour: Side = "ours") -> Merged:
    """Unite two descendants of `base`; where both changed the same lines those of `favour` stand.

    What is not text cannot be united: the favoured side is taken whole, and the conflict says so.
    """
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    if b"\0" in base + ours + theirs:
        return Merged(ours if favour == "ours" else theirs, "both sides changed it, and it is no text\n")
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for place, data in zip(places, (ours, base, theirs), strict=True):
            place.write_bytes(data)
        size = mark_size(base, ours, theirs)
        shown = _merge(places, "--diff3", f"--marker-size={size}")
        if shown.code == 0:
            return Merged(shown.out)
        return Merged(_merge(places, f"--{favour}").out, _conflicts(shown.out, size))


def mark_size(*texts: bytes) -> int:
    """The length from git's own on in which marks can be told from every line of these texts.

    A mark is told by how many of its signs begin the line, so just that many begin none of theirs.
    """
    begins = (_MARKS.match(line) for text in texts for line in text.decode(errors="replace").splitlines())
    taken = {len(found[0]) for found in begins if found}
    return next(size for size in range(MARK_SIZE, MARK_SIZE + len(taken) + 1) if size not in taken)


def _merge(places: list[Path], *how: str) -> Result:
    """`git merge-file`, whose exit code is the number of conflicts."""
    labels = [word for label in _LABELS for word in ("-L", label)]
    command = ["merge-file", "-p", *how, *labels, *(place.name for place in places)]
    return run_git(command, folder=places[0].parent, ok=range(128))


def _conflicts(shown: bytes, size: int) -> str:
    """Only the hunks that conflict, one after the other; their marks have this size."""
    begin, end = "<" * size + " ", ">" * size + " "
    told, inside = [], False
    for line in shown.decode(errors="replace").splitlines():
        inside = inside or line.startswith(begin)
        if inside:
            told.append(line)
        inside = inside and not line.startswith(end)
    return "\n".join(told) + "\n"
