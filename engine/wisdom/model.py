"""What a card is, and what its lines say. Plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from engine.errors import MetaError
from engine.wisdom.words import terms

FIELDS = ("Source", "Applies to", "Signs", "Principle", "Do", "Avoid", "Example", "Review question", "Evidence")
"""The lines of a card in their order."""
OPTIONAL = ("Signs", "Example", "Evidence")
TOLD = {"gen": ("Principle", "Do", "Avoid", "Example"), "review": ("Do", "Avoid", "Review question")}
"""Which lines a session of each substep is told: who writes needs the reason, who reviews the question."""

APPLIES = re.compile(r"`(?P<step>[^`]+)`(?: \((?P<substep>[^)]*)\))?")
WORK = re.compile(r"\*(?P<work>[^*]+)\*")
OTHERS = ("others", "et al.", "et al")
BETWEEN_STEPS_AND_TAGS = "·"

_FIELD = re.compile(r"^- \*\*([^*\n]+)\*\*: (.+)$", re.MULTILINE)
_APPLIES_TO = re.compile(r"^- \*\*Applies to\*\*: (.+)$", re.MULTILINE)


class WisdomError(MetaError):
    """A file of cards, or of tags, cannot be used."""


@dataclass(frozen=True)
class Card:
    """One piece of advice. `body` is what stands below its head; `line` is where it begins in its file."""

    id: str
    title: str
    body: str
    collection: str = ""
    path: str = ""
    line: int = 0

    def field(self, name: str) -> str:
        """The text of a line; "" if the card has none of that name."""
        return self._by_name.get(name, "")

    @cached_property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Its lines by name, in order. Taken apart when first asked for: most cards of many are never chosen."""
        return tuple((name, told.strip()) for name, told in _FIELD.findall(self.body))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return dict(reversed(self.fields))

    def told(self, substep: str) -> str:
        """What a session of that substep is told: the advice, without where it comes from and where it applies."""
        return "\n".join(f"- {name}: {text}" for name, text in self.fields if name in TOLD[substep])

    @property
    def applies_to(self) -> str:
        """The steps and tags it is meant for, as written."""
        found = _APPLIES_TO.search(self.body)
        return found[1].strip() if found else ""

    @cached_property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Each step it is meant for with the one substep that it helps, or "" for both."""
        written = self.applies_to.partition(BETWEEN_STEPS_AND_TAGS)[0]
        return tuple(APPLIES.findall(written))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """What it is about besides the steps, the most specific first."""
        written = self.applies_to.partition(BETWEEN_STEPS_AND_TAGS)[2]
        return tuple(tag.strip() for tag in written.split(",") if tag.strip())

    @cached_property
    def work(self) -> str:
        """The work it comes from, in small letters; "" where none is named."""
        found = WORK.search(self.field("Source"))
        return found["work"].strip().casefold() if found else ""

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """Who wrote that, each as first letter and last name, so that `R. Pike` and `Rob Pike` are one."""
        return persons(self.field("Source"))

    @cached_property
    def idea(self) -> frozenset[str]:
        """The terms of principle and do, by which two cards are found to say the same."""
        return frozenset(terms(f"{self.field('Principle')} {self.field('Do')}"))

    def fits(self, step: str, substep: str) -> bool:
        """Whether it is meant for that substep of that step."""
        return any(name == step and only in ("", substep) for name, only in self.steps)


def persons(source: str) -> tuple[str, ...]:
    """The persons or bodies named before the work."""
    before = source.partition("*")[0].rpartition(":")[2]
    names = [name.split() for name in re.split(r",|;|\band\b|&", before) if name.strip().casefold() not in OTHERS]
    return tuple(f"{name[0][0]} {name[-1]}".casefold() if name[1:] else name[0].casefold() for name in names if name)
