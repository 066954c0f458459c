"""The intent: what a person may write there, and what it says about how careful to be."""

from __future__ import annotations

import re
from pathlib import Path

from engine.errors import MetaError
from engine.resources import document
from engine.secrets import SecretFound, find, home_of, read_allowed

MOST_BYTES = 200_000
GUIDE = "templates/app_intent.template.md"
"""What `meta new` lays there: headings, and what to write below them."""
_SENSITIVE = re.compile(
    r"\b(passwords?|credentials?|api keys?|secrets?|log ?ins?|payments?|credit cards?|invoices? payment|bank accounts?"
    r"|health|medical|patients?|passports?|social security|personal data|encrypt(?:ed|ion)?)\b",
    re.IGNORECASE,
)


class IntentError(MetaError):
    """The intent cannot be worked with: which file, why, and what to do."""


def read_intent(path: Path) -> str:
    """The text of an intent file.

    Raises IntentError if it is missing, empty, not text, or far too long; SecretFound if it holds a secret that is not
    allowed: no option is consent to that.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise IntentError(
            f"{path}: there is no intent. Write in it what the app is to do, in your own words."
        ) from None
    except OSError as error:
        raise IntentError(f"{path}: it cannot be read ({error.strerror}).") from error
    text = check_intent(data, str(path))
    if found := find(text, str(path), read_allowed(home_of(path))):
        raise SecretFound(found, f"{path}: the intent holds a secret")
    return text


def check_intent(data: bytes, name: str) -> str:
    """The text of an intent's bytes. Raises IntentError, naming the file and what to do."""
    if len(data) > MOST_BYTES:
        raise IntentError(
            f"{name}: {len(data):,} bytes are too many for an intent (at most {MOST_BYTES:,}). "
            "Say what the app is to do in a page or two; put reference material elsewhere."
        )
    if b"\0" in data:
        raise IntentError(f"{name}: this is a binary file. Write the intent as plain text or Markdown.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IntentError(f"{name}: not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8.") from None
    if not text.strip():
        raise IntentError(f"{name}: it is empty. Write in it what the app is to do, in your own words.")
    if is_unwritten(text):
        raise IntentError(
            f"{name}: nothing is written in it yet. Replace what stands in brackets by what the app is to do, in "
            "your own words."
        )
    return text


def is_unwritten(text: str) -> bool:
    """Whether there is nothing but the headings and hints that `meta new` laid there."""
    return _lines(text) <= _lines(document(GUIDE).read_text(encoding="utf-8"))


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if any(map(str.isalnum, line))}


def is_sensitive(text: str) -> bool:
    """Whether the words of an intent speak of credentials, payment, personal or health data."""
    return _SENSITIVE.search(text) is not None


def title_of(text: str) -> str:
    """The first heading or line of an intent, without marks."""
    first = next(line for line in text.splitlines() if line.strip())
    return first.strip().lstrip("# ").strip()
