"""How long sessions take: this run's own ended sessions, shrunk towards a prior where there are few. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from engine.legos.model import Size
from engine.legos.plan import Plan
from engine.state.models import SessionFact, State, StepRecord, Substep

SIZES: tuple[Size, ...] = ("S", "M", "L")
SIZE_OF_APP: Size = "M"
"""What a session of the whole app, or of a LEGO that is not in the plan, counts as."""

PRIOR: Mapping[tuple[Substep, Size], float] = {
    ("gen", "S"): 150.0,
    ("gen", "M"): 240.0,
    ("gen", "L"): 400.0,
    ("review", "S"): 130.0,
    ("review", "M"): 200.0,
    ("review", "L"): 330.0,
}
"""Seconds of a session of which nothing is known yet. Only their proportions decide who is first."""

PRIOR_WEIGHT = 3
"""So many recorded sessions count as much as what was expected before them."""

Group = tuple[str, ...]
"""Sessions that are judged together: () all, (step, substep), or (step, substep, size)."""


_STAMP = TypeAdapter(AwareDatetime)


@dataclass(frozen=True, slots=True)
class Durations:
    """Expected seconds of a session, by step, substep and size of its LEGO."""

    sizes: Mapping[str, Size]
    """LEGO → size."""
    unrecorded: Mapping[tuple[Substep, Size], float]
    """Seconds where no session of that step and substep has ended yet."""
    recorded: Mapping[tuple[str, Substep, Size], float]

    def of(self, step: str, substep: Substep, lego: str | None) -> float:
        """Expected seconds of one session."""
        size = self.sizes.get(lego, SIZE_OF_APP) if lego else SIZE_OF_APP
        known = self.recorded.get((step, substep, size))
        return self.unrecorded[substep, size] if known is None else known


def durations(state: State, plan: Plan | None) -> Durations:
    """What this run's own sessions say: all of them of the pace, those of a step of the step, those of a size of it."""
    sizes: dict[str, Size] = {lego.name: lego.size for lego in plan.legos} if plan else {}
    ratios: dict[Group, list[float]] = {}
    for step, lego, session in done_sessions(state):
        seconds = seconds_of(session)
        if seconds is None:
            continue
        size = sizes.get(lego, SIZE_OF_APP) if lego else SIZE_OF_APP
        ratio = seconds / PRIOR[session.substep, size]
        for group in _groups(step, session.substep, size):
            ratios.setdefault(group, []).append(ratio)
    medians = {group: (_median(found), len(found)) for group, found in ratios.items()}
    pairs = [group for group in medians if len(group) == 2]
    return Durations(
        sizes,
        {key: seconds * _factor(medians, ((),)) for key, seconds in PRIOR.items()},
        {
            (step, substep, size): seconds * _factor(medians, _groups(step, substep, size))
            for step, name in pairs
            for (substep, size), seconds in PRIOR.items()
            if substep == name
        },
    )


def _groups(step: str, substep: Substep, size: Size) -> tuple[Group, ...]:
    """From the widest to the narrowest."""
    return (), (step, substep), (step, substep, size)


def _factor(medians: Mapping[Group, tuple[float, int]], groups: tuple[Group, ...]) -> float:
    """Times the prior: each narrower group pulls the wider one's answer towards its own, by its number of sessions."""
    factor = 1.0
    for group in groups:
        median, count = medians.get(group, (factor, 0))
        factor *= (median / factor) ** (count / (count + PRIOR_WEIGHT))
    return factor


def done_sessions(state: State) -> Iterator[tuple[str, str | None, SessionFact]]:
    """Every session that did its work, with its step and LEGO; that of undone work took as long as any other."""
    owners: list[tuple[str | None, Mapping[str, StepRecord]]] = [(None, state.orchestrator.steps)]
    owners += [(name, lego.steps) for name, lego in state.legos.items()]
    for lego, steps in owners:
        for step, record in steps.items():
            for session in record.all_sessions:
                if session.outcome == "done":
                    yield step, lego, session


def seconds_of(session: SessionFact) -> float | None:
    """How long it took; None where its stamps do not tell, as after a clock that was set back."""
    try:
        taken = _STAMP.validate_python(session.ended_at) - _STAMP.validate_python(session.started_at)
    except ValidationError:
        return None
    seconds = taken.total_seconds()
    return seconds if seconds > 0 else None


def _median(values: list[float]) -> float:
    ranked = sorted(values)
    middle = len(ranked) // 2
    return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2
