"""Texts that are held as secrets, and the person's word that they are none. Blocking: call it in a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.secrets import Found, allow, allow_sha256, find, read_allowed

_LISTED = re.compile(r"^  (?P<place>\S.*?:\d+): .*$", re.MULTILINE)
_OFFERED = re.compile(r"meta allow-secret (?P<sha256>[0-9a-f]{64})")
_IN_WORK = re.compile(r"^(?P<words>.+): if it is no secret: meta allow-secret (?P<sha256>[0-9a-f]{64})$", re.MULTILINE)
_LOG = Path(".orchestrator", "engine.log")
_LOG_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """One text that is taken for a secret; `words`: where it stands, what kind it is, and how it begins."""

    words: str
    sha256: str
    found: Found | None = None
    """None where it lies in no file of the workspace."""


def load(folder: Path, texts: Sequence[str]) -> tuple[Held, ...]:
    """What the refusals in `texts` are about, as far as it still stands there and is not allowed by now.

    Raises AllowListError.
    """
    allowed = read_allowed(folder)
    every = [one for text in texts for one in (*_in_files(folder, text), *_offered(text), *_in_work(folder, text))]
    return tuple({one.sha256: one for one in every if one.sha256 not in allowed}.values())


def insist(folder: Path, held: Sequence[Held]) -> None:
    """Allows them, as `meta allow-secret` does. Raises AllowListError, OSError."""
    for one in held:
        if one.found is not None:
            allow(folder, one.found)
        else:
            allow_sha256(folder, one.sha256, "by hand")


def _in_files(folder: Path, text: str) -> Iterator[Held]:
    """By the places that a refusal lists, as the files are now."""
    for match in _LISTED.finditer(text):
        path, _, line = match["place"].rpartition(":")
        file = folder / path
        content = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else path
        for found in find(content, name):
            if found.line == int(line):
                yield Held(str(found), found.sha256, found)


def _offered(text: str) -> Iterator[Held]:
    """What lies in no file, such as the words of a comment, is known by its sha256 alone: the first one listed."""
    listed, offered = re.search(r"^  (\S.*)$", text, re.MULTILINE), _OFFERED.search(text)
    if listed and offered:
        yield Held(listed[1], offered["sha256"])


def _in_work(folder: Path, evidence: str) -> Iterator[Held]:
    """What a session wrote and was not taken: the engine said its sha256 when it refused the work."""
    log = folder / _LOG
    if not log.is_file():
        return
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_BYTES))
        said = file.read().decode("utf-8", errors="replace")
    for match in _IN_WORK.finditer(said):
        if match["words"] in evidence:
            yield Held(match["words"], match["sha256"])
