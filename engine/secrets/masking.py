"""Secrets taken out of what is passed on, and told to whoever has to do something about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from engine.errors import MetaError
from engine.secrets.finder import Found, find


class SecretFound(MetaError):
    """A file or an answer holds a secret: where, what kind, masked, and the ways out."""

    def __init__(self, found: Sequence[Found], before: str, *, in_a_file: bool = True) -> None:
        places = "\n".join(f"  {one}" for one in found)
        first = found[0]
        way = f"`meta allow-secret {f'{first.path}:{first.line}' if in_a_file else first.sha256}`"
        super().__init__(
            f"{before}:\n{places}\n"
            "Nothing of it was committed or passed on. Take it out and name an environment variable instead, "
            "in which the app will find it. "
            f"If it is no secret: {way}."
        )
        self.found = list(found)


def removed(one: Found) -> str:
    """What stands in the place of a secret."""
    return f"[secret removed: {one.kind}]"


def without(text: str, path: str, allowed: Collection[str] = ()) -> tuple[str, list[Found]]:
    """The text with each secret replaced by what kind it was, and what was found."""
    found = find(text, path, allowed)
    for one in reversed(found):
        text = text[: one.start] + removed(one) + text[one.end :]
    return text, found


def masked(value: Any, allowed: Collection[str] = ()) -> Any:
    """Plain data (texts in lists and mappings) with the secrets of every text replaced; keys are texts too."""
    if isinstance(value, str):
        return without(value, "", allowed)[0]
    if isinstance(value, dict):
        return {masked(key, allowed): masked(one, allowed) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(masked(one, allowed) for one in value)
    return value
