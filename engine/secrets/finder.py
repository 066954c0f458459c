"""The finder: every secret in a text, with its place."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.secrets import keywords
from engine.secrets.rules import rules_for

SHOWN = 3
BASIC_AUTH, TOKEN_WEB = "Basic Auth Credentials", "JSON Web Token"
_REST, _REST_DOTTED = re.compile(r"[\w+/=-]*"), re.compile(r"[\w+/=.-]*[\w=]")
_PASSWORD = re.compile(r"[^\"<>{}`\\|]+")
_WEAK = {
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "user",
    "username",
    "key",
    "apikey",
    "admin",
    "root",
}
"""Passwords in addresses that every manual has."""


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: what kind, where (1 is the first), and as it may be shown. `start`, `end`: offsets."""

    kind: str
    path: str
    line: int
    column: int
    masked: str
    sha256: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind} {self.masked}"


def find(text: str, path: str, allowed: Collection[str] = ()) -> list[Found]:
    """The secrets of a text in the order they stand there; not those whose sha256 is allowed."""
    spans = _apart(sorted(_known(text)) + sorted((*span, keywords.KIND) for span in keywords.spans(text)))
    if not spans:
        return []
    breaks = [match.start() for match in re.finditer("\n", text)]
    found = [_found(text, path, start, end, kind, breaks) for start, end, kind in spans]
    return [one for one in found if one.sha256 not in allowed]


def find_in_bytes(data: bytes, path: str, allowed: Collection[str] = ()) -> list[Found]:
    """As `find`, for a file's bytes; a binary file has none that could be told."""
    return [] if b"\0" in data else find(data.decode("utf-8", errors="replace"), path, allowed)


def _known(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of what has a known shape."""
    for rule in rules_for(text):
        for match in rule.pattern.finditer(text):
            start, end = match.span(rule.group)
            if start and re.match(r"\w", text[start - 1]):
                continue  # the middle of something longer
            if not rule.holds(match.group(0)) or not _counts(rule.kind, text[start:end]):
                continue
            yield start, _whole(text, end, rule.kind), rule.kind


def _counts(kind: str, secret: str) -> bool:
    if kind == BASIC_AUTH and (secret.lower() in _WEAK or len(secret) < 4 or not _PASSWORD.fullmatch(secret)):
        return False
    return keywords.looks_real(secret)


def _whole(text: str, end: int, kind: str) -> int:
    """Where the secret ends: some patterns know only how it begins."""
    if kind in (BASIC_AUTH, "Private Key"):
        return end
    rest = (_REST_DOTTED if kind == TOKEN_WEB else _REST).match(text, end)
    return rest.end() if rest else end


def _apart(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The spans in order, none over another: where two meet they are one, of the kind that was named first."""
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        meeting = [one for one in kept if one[0] < end and start < one[1]]
        kept = [one for one in kept if one not in meeting]
        first = meeting[0][2] if meeting else kind
        kept.append((min([start, *(one[0] for one in meeting)]), max([end, *(one[1] for one in meeting)]), first))
    return sorted(kept)


def _found(text: str, path: str, start: int, end: int, kind: str, breaks: list[int]) -> Found:
    secret = text[start:end]
    line = bisect_right(breaks, start - 1)
    column = start - (breaks[line - 1] if line else -1)
    masked = f"{secret[:SHOWN]}… ({len(secret)} characters)"
    return Found(kind, path, line + 1, column, masked, hashlib.sha256(secret.encode()).hexdigest(), start, end)
