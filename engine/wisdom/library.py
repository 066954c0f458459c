"""The cards in force, read from their files and kept as long as the files say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from threading import Lock
from typing import TypeAlias

import platformdirs

from engine.configuration.load import APPLICATION
from engine.names import name_from_title
from engine.resources import document, meta_home
from engine.wisdom.cases import Case, parse_cases
from engine.wisdom.index import Index
from engine.wisdom.model import Card, WisdomError
from engine.wisdom.parse import ENDING, parse_cards
from engine.wisdom.tags import Tag, parse_tags
from engine.wisdom.words import terms

LEARNED = "learned"
"""The collection of what earlier runs taught, from which every step that has a collection may be told cards."""
TAGS = "wisdom/tags.md"
CASES = "wisdom/cases.md"
DOCUMENT = "AGENTS.md"
File: TypeAlias = tuple[str, bytes]
"""The path of a file and its content."""

_STEP = re.compile(r"^#{2,3} (?:Phase [0-9]+|Step): (?P<title>.+)$", re.MULTILINE)


class Library:
    """Cards, their tags, worked cases, and the orchestration document. Its indexes are made when first asked for.

    What the document says tells which words are usual in every brief, and what a step is about.
    """

    def __init__(
        self, cards: Iterable[Card], tags: Iterable[Tag] = (), document_text: str = "", cases: Iterable[Case] = ()
    ) -> None:
        self.cards = tuple(cards)
        self.tags = tuple(tags)
        self.cases = tuple(cases)
        self.document = document_text
        self.usual = Counter(terms(document_text))
        self.usual_size = sum(self.usual.values())
        self._fitting: dict[tuple[str, str] | None, tuple[tuple[Card, ...], Index]] = {}
        self._with_tag: dict[str, Library] = {}
        self._lock = Lock()

    def task(self, step: str) -> str:
        """What the orchestration document says of a step; "" if it says nothing."""
        heads = list(_STEP.finditer(self.document))
        for head, following in zip_longest(heads, heads[1:]):
            if name_from_title(head["title"].strip()) == step:
                return self.document[head.end() : following.start() if following else None]
        return ""

    def with_tag(self, tag: str) -> Library:
        """The cards that have a tag, as a library of their own."""
        with self._lock:
            if tag not in self._with_tag:
                cards = [card for card in self.cards if tag in card.tags]
                self._with_tag[tag] = Library(cards, self.tags, self.document, self.cases)
            return self._with_tag[tag]

    def fitting(self, step: str | None, substep: str) -> tuple[tuple[Card, ...], Index]:
        """The cards for a substep of a step, all cards for None, by id, with the index over them."""
        key = (step, substep) if step is not None else None
        with self._lock:
            if key not in self._fitting:
                fitting = (card for card in self.cards if step is None or card.fits(step, substep))
                cards = tuple(sorted(fitting, key=lambda card: card.id))
                self._fitting[key] = cards, Index(cards)
            return self._fitting[key]


def load(collections: Sequence[str], overlay: Path | None) -> Library:
    """The cards of these collections and the learned ones. Raises WisdomError, ResourceError.

    Files of `overlay` (a workspace's `.meta`) replace the engine's.
    """
    places = [document(f"wisdom/{name}{ENDING}", overlay) for name in dict.fromkeys(collections) if name != LEARNED]
    if collections:
        places += learned(overlay)
    files = tuple((str(place), _read(place)) for place in places)
    return _library(files, _content(TAGS, overlay), _content(DOCUMENT, overlay), _content(CASES, overlay))


def collections_in_force(overlay: Path | None) -> list[str]:
    """The names of all collections: the engine's and those of the overlay."""
    homes = [home / "wisdom" for home in (meta_home(), overlay) if home]
    return sorted({path.name.removesuffix(ENDING) for home in homes for path in home.glob(f"*{ENDING}")})


def learned(overlay: Path | None) -> list[Path]:
    """The files of learned cards that are there: the user's own, then the workspace's."""
    own = [overlay / "wisdom"] if overlay else []
    homes = [Path(platformdirs.user_config_path(APPLICATION)), *own]
    return [path for home in homes if (path := home / f"{LEARNED}{ENDING}").is_file()]


def read_text(path: Path) -> str:
    """The text of a file. Raises WisdomError."""
    return _text(_read(path), str(path))


def _content(name: str, overlay: Path | None) -> tuple[str, bytes]:
    path = document(name, overlay)
    return str(path), _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WisdomError(f"{path}: it cannot be read ({error.strerror}). Check the file's rights.") from error


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WisdomError(f"{path}:{line}: this is not UTF-8 text ({error.reason}). Save the file as UTF-8.") from error


@lru_cache(maxsize=16)
def _cards(path: str, content: bytes) -> tuple[Card, ...]:
    return tuple(parse_cards(_text(content, path), path))


@lru_cache(maxsize=16)
def _library(files: tuple[File, ...], tags: File, usual: File, cases: File) -> Library:
    """Kept by the content of all files: bytes compare by their hash first, then byte by byte."""
    cards = [card for path, content in files for card in _cards(path, content)]
    document_text = _text(usual[1], usual[0])
    return Library(cards, parse_tags(_text(tags[1], tags[0])), document_text, parse_cases(_text(cases[1], cases[0])))
