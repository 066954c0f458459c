"""The files that an adoption adds besides the plan: a draft of the intent, and lines for `.gitignore`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.secrets import without

DRAFT = (
    "> **Draft**, written by `meta adopt`. Correct it: say in your own words what this app is for and what it must\n"
    "> do. Then delete this note. Later changes of the app begin with a change of this file."
)
UNKNOWN = "(What it is for is not said in the repository. Write it here: who uses it, and what is better afterwards.)"
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"([=\-~^*])\1{2,}$")
_NO_PROSE = ("#", "<", "[![", "![", ".. ", ">", "```", "|", "---", "===", ":")
_READMES = ("readme.md", "readme.rst", "readme.txt", "readme")


def readme_of(files: Iterable[str]) -> str | None:
    """The path of the README at the top, if there is one."""
    found = {path.lower(): path for path in sorted(files, reverse=True) if "/" not in path}
    return next((found[name] for name in _READMES if name in found), None)


def intent_draft(app: str, readme: str) -> str:
    """A first `app_intent.md`: title and first paragraph of the README, without secrets, marked as a draft."""
    title, paragraph = _beginning(readme)
    told, _ = without(f"# {title or app}\n\n{DRAFT}\n\n## What it is for\n\n{paragraph or UNKNOWN}\n", "")
    return told


def _beginning(text: str) -> tuple[str, str]:
    """The first heading and the first paragraph of prose; "" for what is not there."""
    title = ""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in block.strip().splitlines()]
        if not lines:
            continue
        if found := _HEADING.match(lines[0]):
            title, lines = title or found[1], lines[1:]
        elif len(lines) > 1 and _UNDERLINE.match(lines[1]):
            title, lines = title or lines[0], lines[2:]
        if lines and not lines[0].startswith(_NO_PROSE):
            return title, "\n".join(lines)
    return title, ""


def ignoring(text: bytes, lines: Iterable[str]) -> bytes:
    """A `.gitignore` with these lines at its end, and every byte of it as it was."""
    end = b"\r\n" if b"\r\n" in text else b"\n"
    start = text if not text or text.endswith(b"\n") else text + end
    return start + b"".join(line.encode() + end for line in lines)
