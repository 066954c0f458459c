"""The same words on every machine: what a tool printed, without the places, times and numbers of this one run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

ELSEWHERE = "…/"
"""How a path in one of the machine's own folders begins."""

_CHANGING = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    (re.compile(r"\bin \d+(?:\.\d+)?s(?: \(\d+:\d\d:\d\d\))?"), "in …"),
    (re.compile(r"\b\d+(?:\.\d+)?s (call|setup|teardown)\b"), r"… \1"),
    (re.compile(r"\b(pid|PID)([ =:]+)\d+"), r"\1\2…"),
    (re.compile(r"/tmp/(?:tmp|meta-)[A-Za-z0-9_.-]+"), "/tmp/…"),
    (re.compile(r"/tmp/(\w+-of)-[^/\s'\"]+/\w+-\d+"), r"/tmp/\1-…"),
)


def plain(text: str, root: Path | None = None, home: str = "", others: Sequence[Path] = ()) -> str:
    """`text` with paths relative to the checkout `root`, and without what would differ in another run.

    `home` is the private folder of the run, `others` are folders of the machine such as the interpreter's.
    """
    for folder in _spellings(root):
        text = text.replace(f"{folder}/", "").replace(folder, ".")
    if home and home != "/tmp":
        text = text.replace(home, "/tmp")
    for other in sorted({name for path in others for name in _spellings(path)}, key=len, reverse=True):
        text = text.replace(f"{other}/", ELSEWHERE)
    for pattern, replacement in _CHANGING:
        text = pattern.sub(replacement, text)
    return text


def _spellings(folder: Path | None) -> list[str]:
    """The folder as given and with its links followed, longest first: macOS says /private/tmp for /tmp."""
    if folder is None:
        return []
    return sorted({str(folder), str(folder.resolve())}, key=len, reverse=True)
