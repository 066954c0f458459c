"""The closed vocabulary of a document: sentence forms with slots, and the words that roles, commands and so on have.

A form is the sentence itself with slots in angle brackets, such as ``"`<path>` has a section \\"<title>\\""``.
A slot is `<kind>`, or `<name:kind>` where a form has two of a kind. Everything else is literal, `{lego}` too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

SLOT = re.compile(r"<(?:(?P<name>[a-z_]+):)?(?P<kind>[a-z_]+)>")

NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"

KINDS = {
    "path": r"[^`]+",
    "title": r'[^"]+',
    "number": NUMBER,
    "command": r"[a-z][a-z0-9_]*",
}
"""What the text of a slot looks like; a slot of any other kind (`<scope>`) takes any words."""


@dataclass(frozen=True, slots=True)
class SentenceForm:
    """One sentence that the document may use, with slots: `` `<path>` exists ``."""

    pattern: str

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots, in order."""
        return tuple(slot["name"] or slot["kind"] for slot in SLOT.finditer(self.pattern))

    def kind(self, slot: str) -> str:
        """The kind of a slot of this form. Raises KeyError."""
        kinds = {found["name"] or found["kind"]: found["kind"] for found in SLOT.finditer(self.pattern)}
        return kinds[slot]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that a document can use beyond its own grammar. `given` is what a workspace has without any step."""

    forms: tuple[SentenceForm, ...] = ()
    roles: Collection[str] = ()
    commands: Collection[str] = ()
    actions: Collection[str] = ()
    tags: Collection[str] = ()
    given: Collection[str] = ()


def match(form: SentenceForm, sentence: str) -> dict[str, str] | None:
    """The text of each slot if the sentence has this form, else None."""
    found = _compiled(form.pattern).fullmatch(" ".join(sentence.split()))
    return found.groupdict() if found else None


def nearest(sentence: str, forms: Iterable[SentenceForm]) -> SentenceForm | None:
    """The form that looks most like the sentence; None if there is no form at all."""
    skeleton = _skeleton(sentence[:200])
    return max(forms, key=lambda form: _likeness(skeleton, _skeleton(form.pattern)), default=None)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts, end = [], 0
    for slot in SLOT.finditer(pattern):
        text = KINDS.get(slot["kind"], r".+?")
        parts += [re.escape(pattern[end : slot.start()]), f"(?P<{slot['name'] or slot['kind']}>{text})"]
        end = slot.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]))


def _skeleton(sentence: str) -> str:
    """The sentence without what fills its slots, so that a long path does not decide which form is near."""
    return re.sub(rf'(?<=`)[^`]+(?=`)|(?<=")[^"]+(?=")|<[a-z_:]+>|\b(?:{NUMBER})\b', "_", sentence)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
