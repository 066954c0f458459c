"""Secrets of no known shape: what looks random and stands beside a word like `password` or `api_key`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol

KIND = "Password or Key"

_ASSIGNED = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|api[ _-]?key|access[ _-]?key|private[ _-]?key|auth[ _-]?key"
    r"|account[ _-]?key|credential|bearer(?=\s))(?P<rest>[\w-]{0,40})"
    r"[\"'`]?\]?(?:\s*(?::=|=>|={1,3}|:)\s*|\s+is:?\s+|(?<=bearer)\s+)(?:[A-Za-z]*bearer\s+)?"
    r"[\"'`<(]?(?P<secret>[\w+/=.~!@#$%^&*-]{12,400})(?![\w(\[])",
    re.IGNORECASE,
)
_STEMS = (
    "passw",
    "passp",
    "pwd",
    "secret",
    "token",
    "api",
    "access",
    "private",
    "auth",
    "account",
    "credential",
    "bearer",
)
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_NO_SECRET = re.compile(r"(?:hash|digest|sha\d*|ids?|count|name|path|file|env|url|type|kind|length|tokens?)$", re.I)
"""How names end that speak of a secret without being one: `token_id`, `password_hash`."""

_WORDS = re.compile(r"(?:[A-Za-z]+\d{0,3}|\d{1,4})(?:[_./=-]+(?:[A-Za-z]+\d{0,3}|\d{1,4}))*[_./=!-]*")
_MADE_UP = re.compile(r"example|placeholder|change.?me|your[_-]|redacted|removed|dummy|xxxx|\*\*\*|\.\.\.|…", re.I)
_HEX = re.compile(r"[0-9a-fA-F]+")
MOST_HEX, MOST_OTHER = 3.0, 3.2
"""Bits of entropy per character above which a text looks random."""


class _Scale(Protocol):
    def calculate_shannon_entropy(self, data: str) -> float: ...


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where in the text something random stands beside a keyword."""
    for match in _assigned(text):
        secret = match["secret"].rstrip(".!")
        named = not _NO_SECRET.search(match["rest"])
        if named and _is_mixed(secret) and looks_real(secret) and _is_random(secret):
            yield match.start("secret"), match.start("secret") + len(secret)


def _assigned(text: str) -> Iterator[re.Match[str]]:
    """Something beside a keyword. Looking for plain text first is ten times as fast as the pattern alone."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter became two: places would differ
        lower = text.translate(_LOWER)
    for stem in _STEMS:
        at = lower.find(stem)
        while at >= 0:
            if match := _ASSIGNED.match(text, at):
                yield match
            at = lower.find(stem, at + 1)


def looks_real(secret: str) -> bool:
    """Whether it is no placeholder: `<token>`, `${TOKEN}`, `****`, `0123456789`, what calls itself an example."""
    from detect_secrets.filters import heuristic

    return not (
        _MADE_UP.search(secret)
        or secret[:1] in ("$", "%")
        or len(set(secret)) < 4
        or heuristic.is_templated_secret(secret)
        or heuristic.is_sequential_string(secret)
        or heuristic.is_potential_uuid(secret)
        or heuristic.is_not_alphanumeric_string(secret)
    )


def _is_mixed(text: str) -> bool:
    """Whether digits and letters stand among each other, not as words with numbers: `tests/unit/v2`."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and not _WORDS.fullmatch(text)


def _is_random(secret: str) -> bool:
    by_hex, other = _scales()
    if _HEX.fullmatch(secret):
        return by_hex.calculate_shannon_entropy(secret) > MOST_HEX
    return other.calculate_shannon_entropy(secret) > MOST_OTHER


@cache
def _scales() -> tuple[_Scale, _Scale]:
    from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString

    return HexHighEntropyString(), Base64HighEntropyString()
