"""Which sessions of a workspace were told which cards, and how those sessions fared beside others."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.metrics.reading import Key, Raw, key, kind, part, text


@dataclass(frozen=True, slots=True)
class Told:
    """A session and the cards it was told, each with the reason."""

    session: str
    step: str
    lego: str | None
    substep: str
    attempt: int
    runtime: str
    cards: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many sessions met the check that followed at once, of how many whose check is known."""

    passed: int = 0
    known: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing is known."""
        return self.passed / self.known if self.known else None


@dataclass(frozen=True, slots=True)
class Effect:
    """How sessions that were told a card fared, beside those of the same step and substep that were not."""

    card: str
    sessions: int
    with_it: Rate
    without: Rate


def read_told(sessions: Path) -> tuple[list[Told], list[str]]:
    """What the session.json of each session in a folder tells, and what is wrong with those that cannot be read."""
    found, problems = [], []
    for path in sorted(sessions.glob("*/session.json")):
        try:
            found.append(_told(path))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems.append(f"{path}: it cannot be read ({type(error).__name__}: {error})")
    return found, problems


def _told(path: Path) -> Told:
    spec = json.loads(path.read_bytes())
    cards = tuple((str(one["id"]), str(one["why"])) for one in spec.get("wisdom", ()))
    lego = str(spec["lego"]) if spec["lego"] else None
    names = str(spec["step"]), lego, str(spec["substep"])
    return Told(path.parent.name, *names, int(spec["attempt"]), str(spec["runtime"]), cards)


def outcomes(events: Iterable[Raw]) -> dict[str, bool]:
    """Session → whether it ended well and the check of its work was green at once.

    What was interrupted, what a runtime failed and what another step was to blame for is not known, so not there.
    """
    found: dict[str, bool] = {}
    unchecked: dict[Key, str] = {}
    for event in events:
        match kind(event):
            case "session_ended" if text(event, "outcome") == "done":
                unchecked[key(event)] = text(event, "session")
            case "session_ended" if event.get("charge") is True:
                found[text(event, "session")] = False
            case "check_ended" if key(event) in unchecked:
                session = unchecked.pop(key(event))
                green = part(event, "check").get("passed") is True
                if green or event.get("charge") is not False:
                    found[session] = green
    return found


def effects(told: Sequence[Told], passed: Mapping[str, bool]) -> list[Effect]:
    """One row for each card that was told, the most told first."""
    alike: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    by_card: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        alike[one.step, one.substep].append(one)
        for card, _ in one.cards:
            by_card[card].append(one)
    rows = []
    for card, having in by_card.items():
        ids = {one.session for one in having}
        kinds = {(one.step, one.substep) for one in having}
        others = [one for same in kinds for one in alike[same] if one.session not in ids]
        rows.append(Effect(card, len(ids), _rate(having, passed), _rate(others, passed)))
    return sorted(rows, key=lambda row: (-row.sessions, row.card))


def _rate(sessions: Iterable[Told], passed: Mapping[str, bool]) -> Rate:
    known = [passed[one.session] for one in sessions if one.session in passed]
    return Rate(sum(known), len(known))
