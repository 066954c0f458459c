"""What was typed into a file and not saved, as it outlives the app; and what opening the file makes of it. Pure.

A line of JSON, then the text as it is, so that a person can get at it without this program.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from engine.errors import MetaError
from tui.lines.format import timestamp

MOST_BYTES = 4_000_000
"""Of a draft; a file that can be edited here is smaller."""
SCHEMA_VERSION = 1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class NoDraft(MetaError):
    """These bytes are no draft, or too many for one; the message says why, without the place."""


class Draft(NamedTuple):
    """What was typed into `file` (links resolved), when (epoch seconds), and on top of which content (a digest)."""

    file: Path
    text: str
    begun_from: str
    typed: float

    def says_the_same(self, other: Draft | None) -> bool:
        """Whether the other one differs in its time only."""
        return other is not None and self._replace(typed=0) == other._replace(typed=0)


class Opening(NamedTuple):
    """What an editor begins with. `note`: what the person is told of it; "" where there was no draft of use."""

    text: str
    begun_from: str
    note: str = ""


def digest(data: bytes | None) -> str:
    """Tells one content of a file from another; "" where there is no file."""
    return "" if data is None else hashlib.sha256(data).hexdigest()


def dump(draft: Draft) -> bytes:
    """The draft as a file. Raises NoDraft where it is too large."""
    text = draft.text.encode(errors="replace")
    head = {
        "schema_version": SCHEMA_VERSION,
        "file": str(draft.file),
        "begun_from": draft.begun_from,
        "typed": datetime.fromtimestamp(int(draft.typed), UTC).isoformat(),
        "sha256": digest(text),
    }
    data = json.dumps(head).encode() + b"\n" + text
    if len(data) > MOST_BYTES:
        raise NoDraft(f"it is larger than {MOST_BYTES:,} bytes")
    return data


def parse(data: bytes, file: Path) -> Draft:
    """The draft of `file` that has these bytes. Raises NoDraft."""
    if len(data) > MOST_BYTES:
        raise NoDraft(f"it is larger than {MOST_BYTES:,} bytes")
    first, _, text = data.partition(b"\n")
    try:
        head = json.loads(first)
        version, of, begun_from = head["schema_version"], head["file"], head["begun_from"]
        typed, sha256 = timestamp(str(head["typed"])), head["sha256"]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise NoDraft("its first line is not that of a draft") from error
    if version != SCHEMA_VERSION:
        raise NoDraft("another version of this program wrote it")
    if of != str(file) or not isinstance(begun_from, str) or typed is None:
        raise NoDraft("it is the draft of another file")
    if sha256 != digest(text):
        raise NoDraft("it is not whole")
    try:
        return Draft(file, text.decode(), begun_from, typed)
    except UnicodeDecodeError as error:
        raise NoDraft(f"it is not UTF-8 text (byte {error.start})") from error


def begin(text: str, now: str, draft: Draft | None, key: str) -> Opening:
    """The file holds `text` and has the digest `now`: it, or what was typed on top of it or of what it was before.

    `key` takes the file as it is.
    """
    # What a terminal would obey is refused in a file as well.
    typed = text if draft is None else _CONTROL.sub("", draft.text)
    if draft is None or typed == text:
        return Opening(text, now)
    note = f"Typed {_moment(draft.typed)} and not saved."
    if now != draft.begun_from:
        change = "is gone" if not now else "is there now" if not draft.begun_from else "was changed"
        note = f"{note[:-1]}; since then the file {change}."
    return Opening(typed, draft.begun_from, f"{note} {key} takes the file as it is.")


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
