"""What a person decided about proposed cards and patterns: an approved one goes into a learned file, each once.

The entry is written first, the decision after it. After a kill in between the entry is found in the file by its words,
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

from engine.errors import BrokenState, MetaError
from engine.learning.entries import CARDS, Entry, Sort, sort_of, written
from engine.learning.proposals import Proposal
from engine.secrets import find, removed
from engine.state.atomic import dump_json, write_atomic
from engine.wisdom.library import read_text

DECIDED = "decided.json"
SCHEMA_VERSION = 1
_YEAR = re.compile(r"\b\d{4}\b")
Verdict = Literal["approved", "declined"]


class CannotLearn(MetaError):
    """An entry cannot be added; nothing was changed."""


@dataclass(frozen=True)
class Decided:
    """What became of one proposal; `card` is its id in the learned file."""

    verdict: Verdict
    card: str = ""


def learned_file(overlay: Path | None, sort: Sort = CARDS) -> Path:
    """Where approved entries of a sort go: the user's own file, or the workspace's whose overlay it is."""
    return sort.learned_file(overlay)


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
    """Add the entry to `file`, a file of its sort, if it is not there yet, and note the decision; returns its id there.

    Raises CannotLearn for an entry that holds a secret, and for a file that cannot be written.
    """
    known = decisions(folder).get(proposal.number)
    if known and known.verdict == "approved":
        return known.card
    if found := find(proposal.text, ""):
        raise CannotLearn(
            f"the {sort_of(proposal.card).word} holds a secret ({removed(found[0])}). Edit it out, or decline it."
        )
    file = file.resolve()  # a link, as people keep their settings elsewhere, stays one
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            card = _add(proposal.card, file, overlay, year or date.today().year)
    except OSError as error:
        raise CannotLearn(f"{file}: it cannot be written ({error.strerror}). Check the folder's rights.") from error
    _note(folder, proposal.number, Decided("approved", card))
    return card


def _add(entry: Entry, file: Path, overlay: Path, year: int) -> str:
    sort = sort_of(entry)
    text = read_text(file) if file.is_file() else sort.head
    there = sort.read(text, str(file))
    fields = _fields(entry, year)
    for other in there:
        if other.title == entry.title and _without_source(other.fields) == _without_source(fields):
            return other.id
    places = [path for path in sort.there(overlay) if path.resolve() != file]
    every = [*there, *(one for path in places for one in sort.read(read_text(path), str(path)))]
    prefix = f"{entry.id.partition('-')[0]}-"
    number = max((int(one.id.removeprefix(prefix)) for one in every if one.id.startswith(prefix)), default=0)
    new = f"{prefix}{number + 1:03}"
    write_atomic(file, f"{text.rstrip()}\n\n{written(entry, new, fields)}".encode())
    return new


def _fields(entry: Entry, year: int) -> list[tuple[str, str]]:
    """Its lines, with the year where its source names none."""
    found = []
    for name, said in entry.fields:
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
    """Two people, or two terminals, add entries one after the other."""
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
