"""What a person decided about proposed cards: an approved one goes into a file of learned cards, each once.

The card is written first, the decision after it. After a kill in between the card is found in the file by its words,
so it is not added a second time.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import platformdirs

from engine.configuration.load import APPLICATION
from engine.errors import BrokenState, MetaError
from engine.learning.proposals import Proposal
from engine.secrets import find, removed
from engine.state.atomic import dump_json, write_atomic
from engine.wisdom.library import LEARNED, learned, read_text
from engine.wisdom.lint import LEARNED_PREFIX
from engine.wisdom.model import Card
from engine.wisdom.parse import ENDING, parse_cards

DECIDED = "decided.json"
SCHEMA_VERSION = 1
HEAD = (
    "# Learned wisdom\n\nWhat runs taught: each card was proposed by a retrospective and approved by a person.\n"
    "`meta wisdom lint` checks this file; edit or delete what turns out wrong.\n"
)
_YEAR = re.compile(r"\b\d{4}\b")
Verdict = Literal["approved", "declined"]


class CannotLearn(MetaError):
    """A card cannot be added; nothing was changed."""


@dataclass(frozen=True)
class Decided:
    """What became of one proposal; `card` is its id in the file of learned cards."""

    verdict: Verdict
    card: str = ""


def learned_file(overlay: Path | None) -> Path:
    """Where approved cards go: the user's own file, or the workspace's whose overlay it is."""
    home = overlay / "wisdom" if overlay else Path(platformdirs.user_config_path(APPLICATION))
    return home / f"{LEARNED}{ENDING}"


def decisions(folder: Path) -> dict[int, Decided]:
    """Number of the proposal → what was decided in that retrospective. Raises BrokenState."""
    path = folder / DECIDED
    try:
        written = json.loads(path.read_bytes())["decided"]
        return {int(number): Decided(one["verdict"], one.get("card", "")) for number, one in written.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenState(f"{path}: it cannot be read ({error!r}). Remove it to decide again.") from error


def decline(folder: Path, proposal: Proposal) -> None:
    """Note that a proposal is not wanted."""
    _note(folder, proposal.number, Decided("declined"))


def approve(folder: Path, proposal: Proposal, file: Path, overlay: Path, year: int | None = None) -> str:
    """Add the card to `file`, if it is not there yet, and note the decision; returns its id there.

    Raises CannotLearn for a card that holds a secret, and for a file that cannot be written.
    """
    known = decisions(folder).get(proposal.number)
    if known and known.verdict == "approved":
        return known.card
    if found := find(proposal.text, ""):
        raise CannotLearn(f"the card holds a secret ({removed(found[0])}). Edit it out, or decline it.")
    file = file.resolve()  # a link, as people keep their settings elsewhere, stays one
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            card = _add(proposal.card, file, overlay, year or date.today().year)
    except OSError as error:
        raise CannotLearn(f"{file}: it cannot be written ({error.strerror}). Check the folder's rights.") from error
    _note(folder, proposal.number, Decided("approved", card))
    return card


def _add(card: Card, file: Path, overlay: Path, year: int) -> str:
    text = read_text(file) if file.is_file() else HEAD
    there = parse_cards(text, str(file))
    fields = _fields(card, year)
    for other in there:
        if other.title == card.title and _without_source(other.fields) == _without_source(fields):
            return other.id
    places = [path for path in learned(overlay) if path.resolve() != file]
    every = [*there, *(one for path in places for one in parse_cards(read_text(path), str(path)))]
    number = max((int(one.id.partition("-")[2]) for one in every if one.id.startswith(f"{LEARNED_PREFIX}-")), default=0)
    new = f"{LEARNED_PREFIX}-{number + 1:03}"
    lines = [f"## {new} {card.title}", *(f"- **{name}**: {said}" for name, said in fields)]
    write_atomic(file, (text.rstrip() + "\n\n" + "\n".join(lines) + "\n").encode())
    return new


def _fields(card: Card, year: int) -> list[tuple[str, str]]:
    """Its lines, with the year where its source names none."""
    found = []
    for name, said in card.fields:
        undated = name == "Source" and not _YEAR.search(said)
        found.append((name, f"{said}, {year}" if undated else said))
    return found


def _without_source(fields: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    return {name: said for name, said in fields if name != "Source"}


def _note(folder: Path, number: int, decided: Decided) -> None:
    every = {**decisions(folder), number: decided}
    plain = {str(key): {"verdict": one.verdict, "card": one.card} for key, one in every.items()}
    write_atomic(folder / DECIDED, dump_json({"schema_version": SCHEMA_VERSION, "decided": plain}))


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Two people, or two terminals, add cards one after the other."""
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
