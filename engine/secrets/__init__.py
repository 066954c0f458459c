"""Keys and passwords in what people and agents write: found, shown masked, taken out of what is passed on."""

from __future__ import annotations

from engine.secrets.allowed import ALLOWED, allow, allow_sha256, home_of, read_allowed
from engine.secrets.finder import Found, find, find_in_bytes
from engine.secrets.masking import SecretFound, masked, removed, without

__all__ = [
    "ALLOWED",
    "Found",
    "SecretFound",
    "allow",
    "allow_sha256",
    "find",
    "find_in_bytes",
    "home_of",
    "masked",
    "read_allowed",
    "removed",
    "without",
]
